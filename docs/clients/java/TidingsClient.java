import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.json.JSONArray;
import org.json.JSONObject;

/**
 * Follows channels of a Tidings server over its native WebSocket protocol, through cuts and restarts. Prints a line of JSON
 * for each event.
 *
 * <pre>
 * mvn -q dependency:copy-dependencies
 * TIDINGS_URL=http://127.0.0.1:3000 TIDINGS_TOKEN=JWT java -cp 'target/dependency/*' TidingsClient.java public:demo product:42
 * </pre>
 */
public class TidingsClient {
  static final long BASE_DELAY = 500, MAX_DELAY = 30_000; // milliseconds
  static final Set<Integer> NEVER_AGAIN = Set.of(1002, 1003, 1007, 1009); // close codes that coming back does not help
  static final Set<String> TEMPORARY =
      Set.of("internal", "unavailable", "rate_limited", "timeout", "storage_unavailable", "storage_full");

  /** What the application does. Called on one thread, one after the other. */
  interface Handler {
    void onEvent(JSONObject event);

    /** At first, and when what was missed cannot be had: load the present state. */
    void onGap(String channel, String position);

    /** The server said not to come back, or no channel is left. */
    void onEnd(String why);
  }

  private record Place(String epoch, long offset, boolean mayJump) {}

  private final String url;
  private final Supplier<String> token; // asked for each connection, so that an expired one is replaced
  private final Handler handler;
  // OkHttp pings, so that a half-open connection is noticed, and answers the server's pings.
  private final OkHttpClient http = new OkHttpClient.Builder().pingInterval(10, TimeUnit.SECONDS).build();
  // All state is touched by this thread alone. On Android: a Handler of a looper.
  private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
  // Everything up to here was handled; null before the first subscribe. To resume in a new process too, store the places
  // together with what you make of the events.
  private final Map<String, Place> places = new LinkedHashMap<>();
  private WebSocket socket; // the current one; what is late from another is ignored
  private boolean stopped;
  private int attempt;
  private JSONObject notice = new JSONObject(); // what the server says before it closes

  TidingsClient(String url, Supplier<String> token, Iterable<String> channels, Handler handler) {
    this.url = url + "/realtime";
    this.token = token;
    this.handler = handler;
    for (String channel : channels) places.put(channel, null);
  }

  void start() {
    loop.execute(this::connect);
  }

  /** Closes the connection and waits a moment until it is. */
  void stop() throws InterruptedException {
    loop.execute(() -> {
      stopped = true;
      if (socket != null) socket.close(1000, null);
      loop.shutdownNow();
    });
    http.dispatcher().executorService().shutdown();
    http.dispatcher().executorService().awaitTermination(2, TimeUnit.SECONDS);
  }

  private void connect() {
    notice = new JSONObject();
    var request = new Request.Builder().url(url).header("Sec-WebSocket-Protocol", "tidings.v1");
    if (token.get() != null) request.header("Authorization", "Bearer " + token.get());
    socket = http.newWebSocket(request.build(), new WebSocketListener() {
      @Override public void onMessage(WebSocket from, String text) {
        run(from, () -> handle(new JSONObject(text)));
      }

      @Override public void onClosing(WebSocket from, int code, String reason) {
        run(from, () -> ended("closed: " + code, notice.optBoolean("reconnect", mayComeBack(code)), notice));
      }

      @Override public void onFailure(WebSocket from, Throwable fault, Response response) {
        int status = response == null ? 0 : response.code();
        boolean refused = status >= 400 && status < 500 && status != 429;
        run(from, () -> ended(fault.toString(), notice.optBoolean("reconnect", !refused), notice));
      }
    });
  }

  private void run(WebSocket from, Runnable task) {
    if (loop.isShutdown()) return;
    loop.execute(() -> {
      if (from == socket && !stopped) task.run();
    });
  }

  static boolean mayComeBack(int code) {
    return !NEVER_AGAIN.contains(code) && (code < 4500 || code > 4999);
  }

  /** The session is over. {@code why} may say in {@code retryAfter} when to come back. */
  private void ended(String what, boolean again, JSONObject why) {
    socket.close(1000, null); // answers the server's close, and does nothing when it is closed already
    socket = null;
    if (!again) {
      stopped = true;
      handler.onEnd(what);
      return;
    }
    // Full jitter: clients that were cut off together do not all come back together.
    long ceiling = Math.min(MAX_DELAY, BASE_DELAY << Math.min(attempt++, 10));
    long delay = why.optLong("retryAfter", ThreadLocalRandom.current().nextLong(ceiling));
    System.err.println(what + "; back in " + delay + " ms");
    loop.schedule(this::connect, delay, TimeUnit.MILLISECONDS);
  }

  private void handle(JSONObject message) {
    switch (message.getString("type")) {
      case "welcome" -> {
        if (message.getInt("protocol") == 1) {
          subscribe();
        } else {
          socket.close(4505, null);
          ended("the server speaks another protocol", false, message);
        }
      }
      case "reply" -> {
        JSONObject error = message.optJSONObject("error");
        if (error != null) refused("subscribe", error);
        else for (Object answer : message.getJSONArray("channels")) if (socket != null) subscribed((JSONObject) answer);
        if (socket != null) attempt = 0; // only now: a server that fails at once is not hammered
      }
      case "event" -> hear(message);
      case "unsubscribed" -> leave(message.getString("channel"), message.getJSONObject("error"));
      case "disconnect" -> notice = message;
      default -> {} // what a newer server says
    }
  }

  private void subscribe() {
    var channels = new JSONArray();
    places.forEach((channel, at) -> {
      var target = new JSONObject().put("channel", channel);
      channels.put(at == null ? target : target.put("since", at.epoch + ":" + at.offset));
    });
    socket.send(new JSONObject().put("type", "subscribe").put("id", 1).put("channels", channels).toString());
  }

  private void subscribed(JSONObject answer) {
    String channel = answer.getString("channel");
    JSONObject error = answer.optJSONObject("error");
    if (error != null) {
      if (TEMPORARY.contains(error.getString("code"))) refused(channel, error);
      else leave(channel, error);
      return;
    }
    if (!answer.getBoolean("recovered")) {
      String position = answer.getString("position");
      handler.onGap(channel, position);
      String[] parts = position.split(":");
      places.put(channel, new Place(parts[0], Long.parseLong(parts[1]), answer.has("overflow")));
    }
    for (Object event : answer.getJSONArray("events")) if (socket != null) hear((JSONObject) event);
  }

  private void refused(String what, JSONObject error) {
    String code = error.getString("code");
    ended(what + ": " + code, TEMPORARY.contains(code), error);
  }

  private void hear(JSONObject event) {
    String channel = event.getString("channel"), epoch = event.getString("epoch");
    long offset = event.getLong("offset");
    Place last = places.get(channel);
    if (last == null) return; // left meanwhile
    if (epoch.equals(last.epoch) && offset <= last.offset) return; // heard before
    if (!epoch.equals(last.epoch) || (offset != last.offset + 1 && !last.mayJump)) {
      ended("a hole in " + channel, true, event); // coming back reads it again, from the last place
      return;
    }
    handler.onEvent(event);
    // After the handler: a crash in between repeats an event and loses none.
    places.put(channel, new Place(epoch, offset, last.mayJump));
  }

  private void leave(String channel, JSONObject error) {
    System.err.println(channel + ": " + error.getString("code"));
    places.remove(channel);
    if (places.isEmpty()) ended("no channel is left", false, error);
  }

  public static void main(String[] channels) {
    String url = System.getenv().getOrDefault("TIDINGS_URL", "http://127.0.0.1:3000");
    var client = new TidingsClient(url, () -> System.getenv("TIDINGS_TOKEN"), List.of(channels), new Handler() {
      @Override public void onEvent(JSONObject event) {
        System.out.println(event);
      }

      @Override public void onGap(String channel, String position) {
        System.out.println(new JSONObject().put("type", "gap").put("channel", channel).put("position", position));
      }

      @Override public void onEnd(String why) {
        System.err.println(why);
        Runtime.getRuntime().halt(1);
      }
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        client.stop();
      } catch (InterruptedException ignored) {
        // The process ends anyway.
      }
      Runtime.getRuntime().halt(0);
    }));
    client.start();
  }
}
