import java.util.concurrent.ScheduledExecutorService
import java.util.concurrent.ScheduledFuture
import java.util.concurrent.TimeUnit
import org.json.JSONObject

private const val BATCH_SIZE = 10
private const val BATCH_TIMEOUT = 1000L // milliseconds
private const val MAX_BYTES = 60_000 // the server takes 65,536, and closes the connection beyond it

/** Sends what comes within a moment as one message, so that the radio of the phone wakes once. */
class MessageBatcher(
  private val loop: ScheduledExecutorService,
  private val batchSize: Int = BATCH_SIZE,
  private val batchTimeout: Long = BATCH_TIMEOUT,
  private val sendMessage: (String) -> Boolean,
) {
  private val batch = mutableListOf<String>()
  private var bytes = 0
  private var batchTimer: ScheduledFuture<*>? = null

  fun addMessage(message: JSONObject) {
    val text = message.toString()
    val size = text.toByteArray().size
    if (bytes + size > MAX_BYTES) flushBatch()
    batch += text
    bytes += size
    if (batch.size >= batchSize) flushBatch()
    else if (batchTimer == null) batchTimer = loop.schedule(::flushBatch, batchTimeout, TimeUnit.MILLISECONDS)
  }

  fun flushBatch() {
    val messages = batch.toList()
    clear()
    if (messages.isNotEmpty()) sendBatch(messages)
  }

  /** Forgets what waits; for a lost connection, since the queue still has it. */
  fun clear() {
    batchTimer?.cancel(false)
    batchTimer = null
    batch.clear()
    bytes = 0
  }

  private fun sendBatch(messages: List<String>) {
    sendMessage(messages.singleOrNull() ?: """{"type":"batch","messages":[${messages.joinToString(",")}]}""")
  }
}
