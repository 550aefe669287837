import java.util.concurrent.ScheduledExecutorService
import java.util.concurrent.ScheduledFuture
import java.util.concurrent.TimeUnit
import kotlin.random.Random
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response
import okhttp3.WebSocket
import okhttp3.WebSocketListener
import org.json.JSONArray
import org.json.JSONObject

private const val BASE_DELAY = 500L // milliseconds
private const val PING_INTERVAL = 10L // seconds
private val NEVER_AGAIN = setOf(1002, 1003, 1007, 1009) // close codes that coming back does not help

/** Errors after which the same may succeed later. */
val TEMPORARY = setOf("internal", "unavailable", "rate_limited", "timeout", "storage_unavailable", "storage_full")

/** Before coming back for the [attempt]th time, milliseconds. Full jitter: who was cut off together does not come back together. */
fun backOff(attempt: Int, maxDelay: Long): Long = Random.nextLong(minOf(maxDelay, BASE_DELAY shl minOf(attempt, 10))) + 1

/** What an app hears of its connection, on the loop, one after the other. */
interface ConnectionListener {
  /** Messages that are sent from now on are behind the joining of all rooms. */
  fun onConnected()

  /** It comes back by itself, in [delay] milliseconds. */
  fun onDisconnected(why: String, delay: Long)

  /** It does not come back: the token is refused, or this program is too old. Tell the user. */
  fun onStopped(why: String)

  /** What the server says: `message`, `user_joined`, `update`, `notification` and so on. */
  fun onMessage(type: String, payload: JSONObject)

  /** The command with this [id] was done, or was refused with this [error]. */
  fun onAnswer(id: String, error: JSONObject?)

  /** A room is new here, or what was missed is too long ago: read its history over HTTP. */
  fun onGap(roomId: String)

  /** The user is no member any more (`left`, `removed`), or never became one (the code of the error). */
  fun onRoomLost(roomId: String, why: String)
}

/**
 * The raw WebSocket of the rooms kit, which comes back by itself and goes on where it was.
 *
 * [token] is asked for each connection, so that an expired one is replaced; it goes in a header, since addresses are logged.
 * Everything here is called on [loop]: one thread, so nothing is locked. On Android that may be the main thread.
 */
class WebSocketManager(
  private val token: () -> String,
  private val places: Places,
  private val listener: ConnectionListener,
  private val loop: ScheduledExecutorService,
  private val maxDelay: Long = 30_000, // milliseconds
) : WebSocketListener() {
  // OkHttp pings, so that a connection that died without a word is noticed, and answers the server's pings.
  private val client = OkHttpClient.Builder().pingInterval(PING_INTERVAL, TimeUnit.SECONDS).build()
  private var url: String? = null
  private var webSocket: WebSocket? = null // the current one; what is late from another is ignored
  private var welcomed = false
  private var attempt = 0
  private var timer: ScheduledFuture<*>? = null
  private var notice: JSONObject? = null // what the server says before it closes
  private val resuming = mutableSetOf<String>() // channels whose past is still on its way

  val isConnected get() = welcomed

  /** [url]: of the server, `https://…`. */
  fun connect(url: String) {
    this.url = url
    dial()
  }

  /** At once, for when the phone has a network again (`ConnectivityManager.NetworkCallback.onAvailable`). */
  fun reconnect() {
    if (url != null && webSocket == null) dial()
  }

  /** Ends it for good; also for an app that goes to the background. */
  fun disconnect() {
    timer?.cancel(false)
    url = null
    welcomed = false
    webSocket?.close(1000, null)
    webSocket = null
    client.dispatcher.executorService.shutdown()
  }

  /** Hears a room from now on, also after restarts of this program, until [leaveRoom]. */
  fun joinRoom(roomId: String) {
    val channel = "room:$roomId"
    if (channel in places) return
    places[channel] = null
    if (welcomed) join(channel)
  }

  fun leaveRoom(roomId: String) {
    places.remove("room:$roomId")
    sendMessage(JSONObject().put("type", "leave_room").put("roomId", roomId).toString())
  }

  /** @return whether it was handed to the connection, not whether it arrives: only an answer says that. */
  fun sendMessage(message: String): Boolean = welcomed && webSocket?.send(message) == true

  override fun onMessage(webSocket: WebSocket, text: String) = run(webSocket) { handleMessage(JSONObject(text)) }

  override fun onClosing(webSocket: WebSocket, code: Int, reason: String) = run(webSocket) {
    webSocket.close(1000, null)
    ended("closed: $code $reason", code !in NEVER_AGAIN && code !in 4500..4999)
  }

  override fun onFailure(webSocket: WebSocket, t: Throwable, response: Response?) = run(webSocket) {
    val status = response?.code ?: 0
    ended(if (status == 0) t.toString() else "HTTP $status", again = status !in 400..499 || status == 429)
  }

  private fun dial() {
    timer?.cancel(false)
    notice = null
    resuming.clear()
    // `batch=1`: what the server has for us at one moment comes as one message.
    val address = "$url/api/v1/rooms/ws".toHttpUrl().newBuilder().addQueryParameter("batch", "1").build()
    val request = Request.Builder().url(address).header("Authorization", "Bearer ${token()}").build()
    webSocket = client.newWebSocket(request, this)
  }

  private fun run(from: WebSocket, task: () -> Unit) {
    if (!loop.isShutdown) loop.execute { if (from === webSocket) task() }
  }

  private fun ended(what: String, again: Boolean) {
    val told = notice
    webSocket?.cancel()
    webSocket = null
    welcomed = false
    if (!(told?.optBoolean("reconnect", again) ?: again)) return listener.onStopped(told?.optString("reason") ?: what)
    val delay = told?.optLong("retryAfter", 0)?.takeIf { it > 0 } ?: backOff(attempt, maxDelay)
    attempt++
    timer = loop.schedule(::reconnect, delay, TimeUnit.MILLISECONDS)
    listener.onDisconnected(what, delay)
  }

  private fun handleMessage(message: JSONObject) {
    if (webSocket == null) return // the message before it in the same batch ended the connection
    val payload = message.optJSONObject("payload") ?: JSONObject()
    when (val type = message.getString("type")) {
      "batch" -> message.getJSONArray("messages").forEach { handleMessage(it as JSONObject) }
      "welcome" -> welcome()
      "pong" -> attempt = 0 // only now: a server that fails right after the welcome is not hammered
      "subscribed" -> payload.getJSONArray("channels").forEach { subscribed(it as JSONObject) }
      "ack", "error" -> answered(message, payload.takeIf { type == "error" })
      "unsubscribed" -> lost(payload.getString("channel"), payload.getJSONObject("error").getString("code"))
      "disconnect" -> notice = payload
      else -> hear(type, payload, message)
    }
  }

  private fun welcome() {
    welcomed = true
    val known = places.all().filterValues { it != null }
    places.all().filterValues { it == null }.keys.forEach(::join)
    if (known.isNotEmpty()) subscribe(known)
    sendMessage("""{"type":"ping"}""")
    listener.onConnected()
  }

  private fun join(channel: String) {
    val roomId = channel.removePrefix("room:")
    sendMessage(JSONObject().put("type", "join_room").put("roomId", roomId).put("id", "join $channel").toString())
  }

  private fun subscribe(channels: Map<String, String?>) {
    // Until the answer is here, what comes on these channels is in the answer too.
    channels.forEach { (channel, since) -> if (since != null) resuming += channel }
    val list = channels.map { (channel, since) -> JSONObject().put("channel", channel).putOpt("since", since) }
    sendMessage(JSONObject().put("type", "subscribe").put("id", "resume").put("channels", JSONArray(list)).toString())
  }

  private fun answered(message: JSONObject, error: JSONObject?) {
    val id = message.optString("id")
    val code = error?.getString("code")
    when {
      id.startsWith("join ") -> {
        val channel = id.removePrefix("join ")
        if (error == null) subscribe(mapOf(channel to null))
        else if (code in TEMPORARY) ended("$channel: $code", again = true)
        else lost(channel, code!!)
      }
      id == "resume" && error != null -> ended("not resumed: $code", again = code in TEMPORARY)
      else -> listener.onAnswer(id, error)
    }
  }

  private fun subscribed(answer: JSONObject) {
    if (webSocket == null) return
    val channel = answer.getString("channel")
    resuming -= channel
    answer.optJSONObject("error")?.let { error ->
      val code = error.getString("code")
      return if (code in TEMPORARY) ended("$channel: $code", again = true) else lost(channel, code)
    }
    if (channel !in places) return // left meanwhile
    if (!answer.getBoolean("recovered")) {
      listener.onGap(channel.removePrefix("room:"))
      places[channel] = answer.getString("position")
    }
    answer.getJSONArray("messages").forEach { handleMessage(it as JSONObject) }
  }

  private fun lost(channel: String, code: String) {
    if (channel !in places) return
    places.remove(channel)
    listener.onRoomLost(channel.removePrefix("room:"), code)
  }

  private fun hear(type: String, payload: JSONObject, message: JSONObject) {
    val channel = message.optString("channel")
    if (channel in places) {
      val position = message.getString("position")
      val last = places[channel]
      if (channel in resuming || (last != null && isBehind(position, last))) return
      if (last != null && !isNext(position, last)) return ended("a hole in $channel", again = true)
      listener.onMessage(type, payload)
      // After the app: a crash in between repeats a message and loses none.
      places[channel] = position
    } else {
      listener.onMessage(type, payload)
      // On another device, or by the owner of the room.
      if (type == "update" && payload.optString("kind") == "left")
        lost("room:${payload.getString("roomId")}", payload.getString("reason"))
    }
  }
}

private fun epochOf(position: String) = position.substringBefore(':')

private fun offsetOf(position: String) = position.substringAfter(':').toLong()

private fun isBehind(position: String, last: String) =
  epochOf(position) == epochOf(last) && offsetOf(position) <= offsetOf(last)

private fun isNext(position: String, last: String) =
  epochOf(position) == epochOf(last) && offsetOf(position) == offsetOf(last) + 1
