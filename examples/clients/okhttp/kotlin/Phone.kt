import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.Executors
import java.util.concurrent.ScheduledExecutorService
import org.json.JSONObject

/** A phone in one room: what is typed is sent, what is heard is printed, a line of JSON each. */
private class Phone(folder: Path, private val url: String, token: () -> String, maxDelay: Long, ackTimeout: Long) :
  ConnectionListener {
  val loop: ScheduledExecutorService = Executors.newSingleThreadScheduledExecutor()
  private val connection =
    WebSocketManager(token, Places(folder.resolve("places.json")), listener = this, loop, maxDelay)
  private val batcher = MessageBatcher(loop, sendMessage = connection::sendMessage)
  private val queue = OfflineMessageQueue(
    folder.resolve("queue.json"),
    loop,
    onFailed = { message, code -> say("failed", "message" to message.message, "code" to code) },
    ackTimeout = ackTimeout,
    maxDelay = maxDelay,
  ) { messages ->
    if (connection.isConnected) {
      messages.forEach { batcher.addMessage(it.toJson()) }
      // They were gathered by the queue; nobody waits a second more for them.
      batcher.flushBatch()
    }
    connection.isConnected
  }

  fun open(roomId: String) {
    queue.pending.forEach { say("waiting", "message" to it.content.message) }
    queue.failed.forEach { say("failed", "message" to it.content.message, "code" to it.failed) }
    connection.joinRoom(roomId)
    connection.connect(url)
  }

  fun write(roomId: String, text: String) {
    try {
      queue.queueMessage(Message(roomId, text))
      say("queued", "message" to text)
    } catch (refused: Exception) {
      say("refused", "message" to text.take(20), "why" to refused.message)
    }
  }

  fun close() {
    connection.disconnect()
    loop.shutdown()
  }

  override fun onConnected() {
    say("connected")
    queue.sendPendingMessages()
  }

  override fun onDisconnected(why: String, delay: Long) {
    batcher.clear()
    queue.connectionLost()
    say("disconnected", "why" to why, "delay" to delay)
  }

  override fun onStopped(why: String) {
    say("stopped", "why" to why)
    Runtime.getRuntime().halt(1)
  }

  override fun onMessage(type: String, payload: JSONObject) = say(type, "payload" to payload)

  override fun onAnswer(id: String, error: JSONObject?) {
    val message = queue.answered(id, error) ?: return
    if (error == null) say("sent", "message" to message.message)
  }

  override fun onGap(roomId: String) = say("gap", "roomId" to roomId)

  override fun onRoomLost(roomId: String, why: String) = say("room_lost", "roomId" to roomId, "why" to why)
}

private fun say(what: String, vararg more: Pair<String, Any?>) = println(JSONObject(mapOf("type" to what) + more))

/** `TIDINGS_URL=… TIDINGS_TOKEN=JWT java -cp … PhoneKt FOLDER ROOM`: each line that is typed is a message. */
fun main(arguments: Array<String>) {
  val (folder, roomId) = arguments
  val phone = Phone(
    Files.createDirectories(Path.of(folder)),
    url = System.getenv("TIDINGS_URL") ?: "http://127.0.0.1:3000",
    token = { System.getenv("TIDINGS_TOKEN") },
    maxDelay = System.getenv("PHONE_MAX_DELAY")?.toLong() ?: 30_000,
    ackTimeout = System.getenv("PHONE_ACK_TIMEOUT")?.toLong() ?: 10_000,
  )
  phone.loop.execute { phone.open(roomId) }
  generateSequence(::readLine).forEach { phone.loop.execute { phone.write(roomId, it) } }
  phone.loop.execute(phone::close)
}
