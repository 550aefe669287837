import java.nio.file.Path
import java.time.Instant
import java.util.UUID
import java.util.concurrent.ScheduledExecutorService
import java.util.concurrent.ScheduledFuture
import java.util.concurrent.TimeUnit
import kotlin.io.path.exists
import kotlin.io.path.readText
import org.json.JSONArray
import org.json.JSONObject

private const val MAX_MESSAGES = 500
private const val MAX_RETRY_COUNT = 10
private const val MAX_MESSAGE_BYTES = 60_000
private const val ACK_TIMEOUT = 10_000L // milliseconds
private const val WINDOW = 10 // on their way at once: a batch

/** A message of the user. Its [id] never changes: under it a repeat has one effect. */
class Message(val roomId: String, val message: String, val id: String = UUID.randomUUID().toString()) {
  private var timestamp: String = Instant.now().toString()

  fun toJson(): JSONObject = JSONObject()
    .put("type", "send_message").put("roomId", roomId).put("message", message).put("timestamp", timestamp).put("id", id)

  companion object {
    fun fromJson(json: JSONObject) = Message(json.getString("roomId"), json.getString("message"), json.getString("id"))
      .apply { timestamp = json.getString("timestamp") }
  }
}

/** A message that waits, or one that has [failed] and waits for the user's word. */
class OfflineMessage(val content: Message, var retryCount: Int = 0, var failed: String? = null)

/** There is no room for one more: tell the user before the text is lost. */
class QueueFull(limit: Int) : Exception("$limit messages wait already")

/**
 * Every message goes through here, with a network or without: whether there was one is known only when the answer is here.
 * It is on disk before [queueMessage] returns, and leaves with its answer. They are sent in their order.
 *
 * A message that was sent and not taken [maxRetryCount] times, or is refused for good, has failed: it stays, [onFailed] is
 * told, and the user decides ([retry], [discard]). Waiting for a network is no attempt. All calls on [loop].
 */
class OfflineMessageQueue(
  private val file: Path,
  private val loop: ScheduledExecutorService,
  private val onFailed: (Message, code: String) -> Unit,
  private val maxMessages: Int = MAX_MESSAGES,
  private val maxRetryCount: Int = MAX_RETRY_COUNT,
  private val ackTimeout: Long = ACK_TIMEOUT,
  private val maxDelay: Long = 30_000,
  /** @return whether it was handed on. */
  private val sendMessageDirectly: (List<Message>) -> Boolean,
) {
  private val messages = linkedMapOf<String, OfflineMessage>()
  private val underway = linkedSetOf<String>()
  private var timer: ScheduledFuture<*>? = null

  init {
    if (file.exists()) JSONArray(file.readText()).forEach {
      val json = it as JSONObject
      val message = Message.fromJson(json.getJSONObject("content"))
      messages[message.id] =
        OfflineMessage(message, json.getInt("retryCount"), json.optString("failed").ifEmpty { null })
    }
  }

  val pending get() = messages.values.filter { it.failed == null }
  val failed get() = messages.values.filter { it.failed != null }

  /** Keeps a message and sends it when that can be. @throws QueueFull. @throws IllegalArgumentException when it is too large. */
  fun queueMessage(message: Message) {
    if (messages.size >= maxMessages) throw QueueFull(maxMessages)
    require(message.toJson().toString().toByteArray().size <= MAX_MESSAGE_BYTES) { "the message is too large" }
    messages[message.id] = OfflineMessage(message)
    save()
    sendPendingMessages()
  }

  /** Sends the oldest that wait; the next follow with the last answer. For when the connection is there, too. */
  fun sendPendingMessages() {
    if (underway.isNotEmpty() || timer != null) return
    val next = pending.take(WINDOW).map { it.content }
    if (next.isEmpty() || !sendMessageDirectly(next)) return
    underway += next.map { it.id }
    timer = loop.schedule({ again("timeout", null) }, ackTimeout, TimeUnit.MILLISECONDS)
  }

  /** The server has answered. [error]: why it did not take it, or null. @return the message, unless it is none of ours. */
  fun answered(id: String, error: JSONObject?): Message? {
    val entry = messages[id] ?: return null
    val code = error?.getString("code")
    if (code in TEMPORARY) {
      again(code!!, error.optLong("retryAfter", 0).takeIf { it > 0 })
      return entry.content
    }
    val awaited = underway.remove(id)
    if (code == null) messages.remove(id) else fail(entry, code)
    save()
    if (awaited && underway.isEmpty()) {
      stopTimer()
      sendPendingMessages()
    }
    return entry.content
  }

  /** What was underway may have arrived or not: it is sent again. */
  fun connectionLost() {
    stopTimer()
    count("connection_lost")
  }

  /** The user wants a failed message to be tried again, under the same id: it is not there twice. */
  fun retry(id: String) {
    val entry = messages[id] ?: return
    entry.failed = null
    entry.retryCount = 0
    save()
    sendPendingMessages()
  }

  fun discard(id: String) {
    if (messages[id]?.failed == null) return
    messages.remove(id)
    save()
  }

  /** Sends all that are underway again after a while, from the first on. */
  private fun again(code: String, retryAfter: Long?) {
    if (underway.isEmpty()) return // another of the same batch was refused before
    val attempts = underway.maxOf { messages[it]?.retryCount ?: 0 }
    stopTimer()
    count(code)
    timer = loop.schedule({
      timer = null
      sendPendingMessages()
    }, retryAfter ?: backOff(attempts, maxDelay), TimeUnit.MILLISECONDS)
  }

  private fun count(code: String) {
    if (underway.isEmpty()) return
    underway.mapNotNull(messages::get).forEach { entry ->
      entry.retryCount++
      if (entry.retryCount >= maxRetryCount) fail(entry, code)
    }
    underway.clear()
    save()
  }

  private fun fail(entry: OfflineMessage, code: String) {
    entry.failed = code
    onFailed(entry.content, code)
  }

  private fun stopTimer() {
    timer?.cancel(false)
    timer = null
  }

  private fun save() = replace(
    file,
    JSONArray(messages.values.map {
      JSONObject().put("content", it.content.toJson()).put("retryCount", it.retryCount).putOpt("failed", it.failed)
    }).toString(),
    sync = true,
  )
}
