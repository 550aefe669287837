import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import kotlin.random.Random
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response
import okhttp3.WebSocket
import okhttp3.WebSocketListener
import org.json.JSONArray
import org.json.JSONObject

private const val BASE_DELAY = 500L // milliseconds
private const val MAX_DELAY = 30_000L // milliseconds
private val NEVER_AGAIN = setOf(1002, 1003, 1007, 1009) // close codes that coming back does not help
private val TEMPORARY =
  setOf("internal", "unavailable", "rate_limited", "timeout", "storage_unavailable", "storage_full")

private data class Place(val epoch: String, val offset: Long, val mayJump: Boolean)

/** A session is over. [again]: whether to come back. [retryAfter]: when, in milliseconds, if the server said so. */
private class Ended(why: String, val again: Boolean, val retryAfter: Long? = null) : Exception(why)

private fun JSONObject.retryAfter() = if (has("retryAfter")) getLong("retryAfter") else null

private fun endedBy(error: JSONObject) =
  Ended(error.getString("code"), error.getString("code") in TEMPORARY, error.retryAfter())

private fun mayComeBack(code: Int) = code !in NEVER_AGAIN && code !in 4500..4999

/**
 * Follows channels of a Tidings server over its native WebSocket protocol, through cuts and restarts.
 *
 * The functions given are called on one thread, one after the other. [token] is asked for each connection, so that an expired
 * one is replaced. [onGap] is called at first, and when what was missed cannot be had: load the present state then. [onEnd]
 * is called when the server said not to come back, or when no channel is left.
 */
class TidingsClient(
  url: String,
  channels: Iterable<String>,
  private val token: () -> String?,
  private val onEvent: (JSONObject) -> Unit,
  private val onGap: (channel: String, position: String) -> Unit,
  private val onEnd: (why: String) -> Unit,
) {
  private val url = "$url/realtime"

  // OkHttp pings, so that a half-open connection is noticed, and answers the server's pings.
  private val http = OkHttpClient.Builder().pingInterval(10, TimeUnit.SECONDS).build()

  // All state is touched by this thread alone. In an app: a Handler of a looper.
  private val loop = Executors.newSingleThreadScheduledExecutor()

  // Everything up to here was handled; null before the first subscribe. To resume in a new process too, store the places
  // together with what you make of the events.
  private val places: MutableMap<String, Place?> = channels.associateWith { null }.toMutableMap()
  private var socket: WebSocket? = null // the current one; what is late from another is ignored
  private var attempt = 0
  private var notice: JSONObject? = null // what the server says before it closes

  fun start() = loop.execute(::connect)

  /** Closes the connection and waits a moment until it is. Also for an app that goes to the background. */
  fun stop() {
    loop.execute {
      socket?.close(1000, null)
      socket = null
      loop.shutdownNow()
    }
    http.dispatcher.executorService.shutdown()
    http.dispatcher.executorService.awaitTermination(2, TimeUnit.SECONDS)
  }

  private fun connect() {
    notice = null
    val request = Request.Builder().url(url).header("Sec-WebSocket-Protocol", "tidings.v1")
    token()?.let { request.header("Authorization", "Bearer $it") }
    socket = http.newWebSocket(request.build(), object : WebSocketListener() {
      override fun onMessage(webSocket: WebSocket, text: String) = run(webSocket) { handle(JSONObject(text)) }

      override fun onClosing(webSocket: WebSocket, code: Int, reason: String) = run(webSocket) {
        throw farewell() ?: Ended("closed: $code", mayComeBack(code))
      }

      override fun onFailure(webSocket: WebSocket, t: Throwable, response: Response?) = run(webSocket) {
        val status = response?.code ?: 0
        throw farewell() ?: Ended(t.toString(), again = status !in 400..499 || status == 429)
      }
    })
  }

  private fun farewell() = notice?.let { Ended(it.getString("reason"), it.getBoolean("reconnect"), it.retryAfter()) }

  /** Does something on the loop, unless the connection it is about is over. */
  private fun run(from: WebSocket, task: () -> Unit) {
    if (loop.isShutdown) return
    loop.execute {
      if (from !== socket) return@execute
      try {
        task()
      } catch (ended: Ended) {
        comeBack(ended)
      }
    }
  }

  private fun comeBack(ended: Ended) {
    socket?.close(1000, null) // answers the server's close, and does nothing when it is closed already
    socket = null
    if (!ended.again) return onEnd(ended.message!!)
    // Full jitter: clients that were cut off together do not all come back together.
    val ceiling = minOf(MAX_DELAY, BASE_DELAY shl minOf(attempt++, 10))
    val delay = ended.retryAfter ?: Random.nextLong(ceiling)
    System.err.println("${ended.message}; back in $delay ms")
    loop.schedule(::connect, delay, TimeUnit.MILLISECONDS)
  }

  private fun handle(message: JSONObject) {
    when (message.getString("type")) {
      "welcome" -> {
        if (message.getInt("protocol") != 1) {
          socket?.close(4505, null)
          throw Ended("the server speaks another protocol", again = false)
        }
        subscribe()
      }
      "reply" -> {
        message.optJSONObject("error")?.let { throw endedBy(it) }
        message.getJSONArray("channels").forEach { subscribed(it as JSONObject) }
        attempt = 0 // only now: a server that fails at once is not hammered
      }
      "event" -> hear(message)
      "unsubscribed" -> leave(message.getString("channel"), message.getJSONObject("error"))
      "disconnect" -> notice = message
    }
  }

  private fun subscribe() {
    val channels = places.map { (channel, at) ->
      JSONObject().put("channel", channel).apply { if (at != null) put("since", "${at.epoch}:${at.offset}") }
    }
    socket?.send(JSONObject().put("type", "subscribe").put("id", 1).put("channels", JSONArray(channels)).toString())
  }

  private fun subscribed(answer: JSONObject) {
    val channel = answer.getString("channel")
    answer.optJSONObject("error")?.let { error ->
      if (error.getString("code") in TEMPORARY) throw endedBy(error)
      return leave(channel, error)
    }
    if (!answer.getBoolean("recovered")) {
      val position = answer.getString("position")
      onGap(channel, position)
      val (epoch, offset) = position.split(":")
      places[channel] = Place(epoch, offset.toLong(), answer.has("overflow"))
    }
    answer.getJSONArray("events").forEach { hear(it as JSONObject) }
  }

  private fun hear(event: JSONObject) {
    val channel = event.getString("channel")
    val epoch = event.getString("epoch")
    val offset = event.getLong("offset")
    val last = places[channel] ?: return // left meanwhile
    if (epoch == last.epoch && offset <= last.offset) return // heard before
    // Coming back reads what is missing again, from the last place.
    if (epoch != last.epoch || (offset != last.offset + 1 && !last.mayJump)) throw Ended("a hole in $channel", again = true)
    onEvent(event)
    // After the handler: a crash in between repeats an event and loses none.
    places[channel] = last.copy(offset = offset)
  }

  private fun leave(channel: String, error: JSONObject) {
    System.err.println("$channel: ${error.getString("code")}")
    places.remove(channel)
    if (places.isEmpty()) throw Ended("no channel is left", again = false)
  }
}

/** `TIDINGS_URL=… TIDINGS_TOKEN=JWT java -cp … TidingsClientKt public:demo product:42`: a line of JSON for each event. */
fun main(channels: Array<String>) {
  val client = TidingsClient(
    url = System.getenv("TIDINGS_URL") ?: "http://127.0.0.1:3000",
    channels = channels.asList(),
    token = { System.getenv("TIDINGS_TOKEN") },
    onEvent = { println(it) },
    onGap = { channel, position ->
      println(JSONObject().put("type", "gap").put("channel", channel).put("position", position))
    },
    onEnd = {
      System.err.println(it)
      Runtime.getRuntime().halt(1)
    },
  )
  Runtime.getRuntime().addShutdownHook(Thread {
    client.stop()
    Runtime.getRuntime().halt(0)
  })
  client.start()
}
