import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.json.JSONArray;
import org.json.JSONObject;

/**
 * The raw WebSocket of the rooms kit, which comes back by itself and goes on where it was.
 *
 * <p>Everything here is called on {@code loop}: one thread, so nothing is locked. On Android that may be the main thread.
 */
public class WebSocketManager extends WebSocketListener {
  private static final long BASE_DELAY = 500; // milliseconds
  private static final Set<Integer> NEVER_AGAIN = Set.of(1002, 1003, 1007, 1009); // close codes that coming back does not help

  /** Errors after which the same may succeed later. */
  static final Set<String> TEMPORARY =
      Set.of("internal", "unavailable", "rate_limited", "timeout", "storage_unavailable", "storage_full");

  /** What an app hears of its connection, on the loop, one after the other. */
  public interface Listener {
    /** Messages that are sent from now on are behind the joining of all rooms. */
    void onConnected();

    /** It comes back by itself, in {@code delay} milliseconds. */
    void onDisconnected(String why, long delay);

    /** It does not come back: the token is refused, or this program is too old. Tell the user. */
    void onStopped(String why);

    /** What the server says: {@code message}, {@code user_joined}, {@code update}, {@code notification} and so on. */
    void onMessage(String type, JSONObject payload);

    /** The command with this id was done, or was refused with this error. */
    void onAnswer(String id, JSONObject error);

    /** A room is new here, or what was missed is too long ago: read its history over HTTP. */
    void onGap(String roomId);

    /** The user is no member any more ({@code left}, {@code removed}), or never became one (the code of the error). */
    void onRoomLost(String roomId, String why);
  }

  private final Supplier<String> token;
  private final Places places;
  private final Listener listener;
  private final ScheduledExecutorService loop;
  private final long maxDelay;
  // OkHttp pings, so that a connection that died without a word is noticed, and answers the server's pings.
  private final OkHttpClient client = new OkHttpClient.Builder().pingInterval(10, TimeUnit.SECONDS).build();
  private final Set<String> resuming = new HashSet<>(); // channels whose past is still on its way
  private String url;
  private WebSocket webSocket; // the current one; what is late from another is ignored
  private boolean welcomed;
  private int attempt;
  private ScheduledFuture<?> timer;
  private JSONObject notice; // what the server says before it closes

  /**
   * @param token asked for each connection, so that an expired one is replaced; it goes in a header, since addresses are logged
   * @param maxDelay between two attempts to come back, milliseconds
   */
  public WebSocketManager(
      Supplier<String> token, Places places, Listener listener, ScheduledExecutorService loop, long maxDelay) {
    this.token = token;
    this.places = places;
    this.listener = listener;
    this.loop = loop;
    this.maxDelay = maxDelay;
  }

  /** Milliseconds to wait. Full jitter: who was cut off together does not come back together. */
  static long backOff(int attempt, long maxDelay) {
    return 1 + ThreadLocalRandom.current().nextLong(Math.min(maxDelay, BASE_DELAY << Math.min(attempt, 10)));
  }

  /** @param url of the server, {@code https://…} */
  public void connect(String url) {
    this.url = url;
    dial();
  }

  /** At once, for when the phone has a network again ({@code ConnectivityManager.NetworkCallback.onAvailable}). */
  public void reconnect() {
    if (url != null && webSocket == null) dial();
  }

  /** Ends it for good; also for an app that goes to the background. */
  public void disconnect() {
    if (timer != null) timer.cancel(false);
    if (webSocket != null) webSocket.close(1000, null);
    url = null;
    webSocket = null;
    welcomed = false;
    client.dispatcher().executorService().shutdown();
  }

  public boolean isConnected() {
    return welcomed;
  }

  /** Hears a room from now on, also after restarts of this program, until {@link #leaveRoom}. */
  public void joinRoom(String roomId) {
    String channel = "room:" + roomId;
    if (places.contains(channel)) return;
    places.put(channel, Optional.empty());
    if (welcomed) join(channel);
  }

  public void leaveRoom(String roomId) {
    places.remove("room:" + roomId);
    sendMessage(new JSONObject().put("type", "leave_room").put("roomId", roomId).toString());
  }

  /** Returns whether it was handed to the connection, not whether it arrives: only an answer says that. */
  public boolean sendMessage(String message) {
    return welcomed && webSocket != null && webSocket.send(message);
  }

  @Override public void onMessage(WebSocket from, String text) {
    run(from, () -> handleMessage(new JSONObject(text)));
  }

  @Override public void onClosing(WebSocket from, int code, String reason) {
    run(from, () -> {
      from.close(1000, null);
      ended("closed: " + code + " " + reason, !NEVER_AGAIN.contains(code) && (code < 4500 || code > 4999));
    });
  }

  @Override public void onFailure(WebSocket from, Throwable fault, Response response) {
    int status = response == null ? 0 : response.code();
    boolean refused = status >= 400 && status < 500 && status != 429;
    run(from, () -> ended(status == 0 ? fault.toString() : "HTTP " + status, !refused));
  }

  private void dial() {
    if (timer != null) timer.cancel(false);
    notice = null;
    resuming.clear();
    // `batch=1`: what the server has for us at one moment comes as one message.
    var address = HttpUrl.get(url + "/api/v1/rooms/ws").newBuilder().addQueryParameter("batch", "1").build();
    var request = new Request.Builder().url(address).header("Authorization", "Bearer " + token.get()).build();
    webSocket = client.newWebSocket(request, this);
  }

  private void run(WebSocket from, Runnable task) {
    if (loop.isShutdown()) return;
    loop.execute(() -> {
      if (from == webSocket) task.run();
    });
  }

  private void ended(String what, boolean again) {
    JSONObject told = notice == null ? new JSONObject() : notice;
    webSocket.cancel();
    webSocket = null;
    welcomed = false;
    if (!told.optBoolean("reconnect", again)) {
      listener.onStopped(told.optString("reason", what));
      return;
    }
    long retryAfter = told.optLong("retryAfter");
    long delay = retryAfter > 0 ? retryAfter : backOff(attempt, maxDelay);
    attempt++;
    timer = loop.schedule(this::reconnect, delay, TimeUnit.MILLISECONDS);
    listener.onDisconnected(what, delay);
  }

  private void handleMessage(JSONObject message) {
    if (webSocket == null) return; // the message before it in the same batch ended the connection
    String type = message.getString("type");
    JSONObject payload = Optional.ofNullable(message.optJSONObject("payload")).orElseGet(JSONObject::new);
    switch (type) {
      case "batch" -> message.getJSONArray("messages").forEach(one -> handleMessage((JSONObject) one));
      case "welcome" -> welcome();
      case "pong" -> attempt = 0; // only now: a server that fails right after the welcome is not hammered
      case "subscribed" -> payload.getJSONArray("channels").forEach(answer -> subscribed((JSONObject) answer));
      case "ack" -> answered(message.optString("id"), null);
      case "error" -> answered(message.optString("id"), payload);
      case "unsubscribed" -> lost(payload.getString("channel"), payload.getJSONObject("error").getString("code"));
      case "disconnect" -> notice = payload;
      default -> hear(type, payload, message);
    }
  }

  private void welcome() {
    welcomed = true;
    var known = new LinkedHashMap<String, Optional<String>>();
    places.all().forEach((channel, position) -> {
      if (position.isPresent()) known.put(channel, position);
      else join(channel);
    });
    if (!known.isEmpty()) subscribe(known);
    sendMessage("{\"type\":\"ping\"}");
    listener.onConnected();
  }

  private void join(String channel) {
    String roomId = channel.substring("room:".length());
    sendMessage(new JSONObject().put("type", "join_room").put("roomId", roomId).put("id", "join " + channel).toString());
  }

  private void subscribe(Map<String, Optional<String>> channels) {
    var list = new JSONArray();
    channels.forEach((channel, since) -> {
      // Until the answer is here, what comes on this channel is in the answer too.
      if (since.isPresent()) resuming.add(channel);
      list.put(new JSONObject().put("channel", channel).putOpt("since", since.orElse(null)));
    });
    sendMessage(new JSONObject().put("type", "subscribe").put("id", "resume").put("channels", list).toString());
  }

  private void answered(String id, JSONObject error) {
    String code = error == null ? null : error.getString("code");
    boolean temporary = code != null && TEMPORARY.contains(code);
    if (id.startsWith("join ")) {
      String channel = id.substring("join ".length());
      if (error == null) subscribe(Map.of(channel, Optional.empty()));
      else if (temporary) ended(channel + ": " + code, true);
      else lost(channel, code);
    } else if (id.equals("resume") && error != null) {
      ended("not resumed: " + code, temporary);
    } else {
      listener.onAnswer(id, error);
    }
  }

  private void subscribed(JSONObject answer) {
    if (webSocket == null) return;
    String channel = answer.getString("channel");
    resuming.remove(channel);
    JSONObject error = answer.optJSONObject("error");
    if (error != null) {
      String code = error.getString("code");
      if (TEMPORARY.contains(code)) ended(channel + ": " + code, true);
      else lost(channel, code);
      return;
    }
    if (!places.contains(channel)) return; // left meanwhile
    if (!answer.getBoolean("recovered")) {
      listener.onGap(channel.substring("room:".length()));
      places.put(channel, Optional.of(answer.getString("position")));
    }
    answer.getJSONArray("messages").forEach(message -> handleMessage((JSONObject) message));
  }

  private void lost(String channel, String code) {
    if (!places.contains(channel)) return;
    places.remove(channel);
    listener.onRoomLost(channel.substring("room:".length()), code);
  }

  private void hear(String type, JSONObject payload, JSONObject message) {
    String channel = message.optString("channel");
    if (!places.contains(channel)) {
      listener.onMessage(type, payload);
      // On another device, or by the owner of the room.
      if (type.equals("update") && payload.optString("kind").equals("left"))
        lost("room:" + payload.getString("roomId"), payload.getString("reason"));
      return;
    }
    String position = message.getString("position");
    String last = places.get(channel).orElse(null);
    if (resuming.contains(channel)) return;
    if (last != null) {
      boolean sameEpoch = epochOf(position).equals(epochOf(last));
      if (sameEpoch && offsetOf(position) <= offsetOf(last)) return; // heard before
      if (!sameEpoch || offsetOf(position) != offsetOf(last) + 1) {
        ended("a hole in " + channel, true); // coming back reads it again, from the last position
        return;
      }
    }
    listener.onMessage(type, payload);
    // After the app: a crash in between repeats a message and loses none.
    places.put(channel, Optional.of(position));
  }

  private static String epochOf(String position) {
    return position.substring(0, position.indexOf(':'));
  }

  private static long offsetOf(String position) {
    return Long.parseLong(position.substring(position.indexOf(':') + 1));
  }
}
