import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.json.JSONObject;

/**
 * A phone in one room: what is typed is sent, what is heard is printed, a line of JSON each.
 *
 * <p>{@code TIDINGS_URL=… TIDINGS_TOKEN=JWT java -cp … Phone FOLDER ROOM}
 */
public class Phone implements WebSocketManager.Listener, OfflineMessageQueue.App {
  private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
  private final WebSocketManager connection;
  private final MessageBatcher batcher;
  private final OfflineMessageQueue queue;

  Phone(Path folder) {
    long maxDelay = number("PHONE_MAX_DELAY", 30_000);
    var places = new Places(folder.resolve("places.json"));
    connection = new WebSocketManager(() -> System.getenv("TIDINGS_TOKEN"), places, this, loop, maxDelay);
    batcher = new MessageBatcher(loop, connection::sendMessage);
    long ackTimeout = number("PHONE_ACK_TIMEOUT", 10_000);
    queue = new OfflineMessageQueue(folder.resolve("queue.json"), loop, this, ackTimeout, maxDelay);
  }

  private void open(String url, String roomId) {
    for (Message message : queue.pending()) say("waiting", Map.of("message", message.message()));
    queue.failed().forEach(this::onFailed);
    connection.joinRoom(roomId);
    connection.connect(url);
  }

  private void write(String roomId, String text) {
    try {
      queue.queueMessage(new Message(roomId, text));
      say("queued", Map.of("message", text));
    } catch (OfflineMessageQueue.NotQueued refused) {
      say("refused", Map.of("message", text.substring(0, Math.min(20, text.length())), "why", refused.getMessage()));
    }
  }

  private void close() {
    connection.disconnect();
    loop.shutdown();
  }

  @Override public boolean sendMessageDirectly(List<Message> messages) {
    if (!connection.isConnected()) return false;
    for (Message message : messages) batcher.addMessage(message.toJson());
    // They were gathered by the queue; nobody waits a second more for them.
    batcher.flushBatch();
    return true;
  }

  @Override public void onFailed(Message message, String code) {
    say("failed", Map.of("message", message.message(), "code", code));
  }

  @Override public void onConnected() {
    say("connected", Map.of());
    queue.sendPendingMessages();
  }

  @Override public void onDisconnected(String why, long delay) {
    batcher.clear();
    queue.connectionLost();
    say("disconnected", Map.of("why", why, "delay", delay));
  }

  @Override public void onStopped(String why) {
    say("stopped", Map.of("why", why));
    Runtime.getRuntime().halt(1);
  }

  @Override public void onMessage(String type, JSONObject payload) {
    say(type, Map.of("payload", payload));
  }

  @Override public void onAnswer(String id, JSONObject error) {
    queue.answered(id, error).ifPresent(message -> {
      if (error == null) say("sent", Map.of("message", message.message()));
    });
  }

  @Override public void onGap(String roomId) {
    say("gap", Map.of("roomId", roomId));
  }

  @Override public void onRoomLost(String roomId, String why) {
    say("room_lost", Map.of("roomId", roomId, "why", why));
  }

  private static void say(String what, Map<String, ?> more) {
    System.out.println(new JSONObject(more).put("type", what));
  }

  private static long number(String variable, long otherwise) {
    String text = System.getenv(variable);
    return text == null ? otherwise : Long.parseLong(text);
  }

  public static void main(String[] arguments) throws IOException {
    var phone = new Phone(Files.createDirectories(Path.of(arguments[0])));
    String roomId = arguments[1];
    String url = System.getenv().getOrDefault("TIDINGS_URL", "http://127.0.0.1:3000");
    phone.loop.execute(() -> phone.open(url, roomId));
    var typed = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = typed.readLine(); line != null; line = typed.readLine()) {
      String text = line;
      phone.loop.execute(() -> phone.write(roomId, text));
    }
    phone.loop.execute(phone::close);
  }
}
