import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.json.JSONArray;
import org.json.JSONObject;

/**
 * Every message goes through here, with a network or without: whether there was one is known only when the answer is here.
 * It is on disk before {@link #queueMessage} returns, and leaves with its answer. They are sent in their order.
 *
 * <p>A message that was sent and not taken {@link #MAX_RETRY_COUNT} times, or is refused for good, has failed: it stays, the
 * app is told, and the user decides ({@link #retry}, {@link #discard}). Waiting for a network is no attempt. All calls on
 * {@code loop}.
 */
public class OfflineMessageQueue {
  private static final int MAX_MESSAGES = 500;
  private static final int MAX_RETRY_COUNT = 10;
  private static final int MAX_MESSAGE_BYTES = 60_000;
  private static final int WINDOW = 10; // on their way at once: a batch

  /** What the queue needs of its app. */
  public interface App {
    /** Returns whether they were handed on. */
    boolean sendMessageDirectly(List<Message> messages);

    void onFailed(Message message, String code);
  }

  /** There is no room for one more, or it is too large: tell the user before the text is lost. */
  public static class NotQueued extends Exception {
    NotQueued(String why) {
      super(why);
    }
  }

  /** A message that waits, or one that has failed and waits for the user's word. */
  private static class OfflineMessage {
    final Message content;
    int retryCount;
    String failed; // why, or null

    OfflineMessage(Message content) {
      this.content = content;
    }
  }

  private final Path file;
  private final ScheduledExecutorService loop;
  private final App app;
  private final long ackTimeout, maxDelay; // milliseconds
  private final Map<String, OfflineMessage> messages = new LinkedHashMap<>();
  private final Set<String> underway = new LinkedHashSet<>();
  private ScheduledFuture<?> timer;

  public OfflineMessageQueue(Path file, ScheduledExecutorService loop, App app, long ackTimeout, long maxDelay) {
    this.file = file;
    this.loop = loop;
    this.app = app;
    this.ackTimeout = ackTimeout;
    this.maxDelay = maxDelay;
    if (!Files.exists(file)) return;
    for (Object item : new JSONArray(Places.read(file))) {
      var json = (JSONObject) item;
      var entry = new OfflineMessage(Message.fromJson(json.getJSONObject("content")));
      entry.retryCount = json.getInt("retryCount");
      entry.failed = json.optString("failed", null);
      messages.put(entry.content.id(), entry);
    }
  }

  public List<Message> pending() {
    return messages.values().stream().filter(entry -> entry.failed == null).map(entry -> entry.content).toList();
  }

  /** The messages that have failed, and why. */
  public Map<Message, String> failed() {
    var failed = new LinkedHashMap<Message, String>();
    for (var entry : messages.values()) if (entry.failed != null) failed.put(entry.content, entry.failed);
    return failed;
  }

  /** Keeps a message and sends it when that can be. */
  public void queueMessage(Message message) throws NotQueued {
    if (messages.size() >= MAX_MESSAGES) throw new NotQueued(MAX_MESSAGES + " messages wait already");
    if (message.toJson().toString().getBytes(StandardCharsets.UTF_8).length > MAX_MESSAGE_BYTES)
      throw new NotQueued("the message is too large");
    messages.put(message.id(), new OfflineMessage(message));
    save();
    sendPendingMessages();
  }

  /** Sends the oldest that wait; the next follow with the last answer. For when the connection is there, too. */
  public void sendPendingMessages() {
    if (!underway.isEmpty() || timer != null) return;
    var next = pending().stream().limit(WINDOW).toList();
    if (next.isEmpty() || !app.sendMessageDirectly(next)) return;
    for (Message message : next) underway.add(message.id());
    timer = loop.schedule(() -> again("timeout", 0), ackTimeout, TimeUnit.MILLISECONDS);
  }

  /**
   * The server has answered.
   *
   * @param error why it did not take it, or null
   * @return the message, unless it is none of ours
   */
  public Optional<Message> answered(String id, JSONObject error) {
    OfflineMessage entry = messages.get(id);
    if (entry == null) return Optional.empty();
    String code = error == null ? null : error.getString("code");
    if (code != null && WebSocketManager.TEMPORARY.contains(code)) {
      again(code, error.optLong("retryAfter"));
      return Optional.of(entry.content);
    }
    boolean awaited = underway.remove(id);
    if (code == null) messages.remove(id);
    else fail(entry, code);
    save();
    if (awaited && underway.isEmpty()) {
      stopTimer();
      sendPendingMessages();
    }
    return Optional.of(entry.content);
  }

  /** What was underway may have arrived or not: it is sent again. */
  public void connectionLost() {
    stopTimer();
    count("connection_lost");
  }

  /** The user wants a failed message to be tried again, under the same id: it is not there twice. */
  public void retry(String id) {
    OfflineMessage entry = messages.get(id);
    if (entry == null) return;
    entry.failed = null;
    entry.retryCount = 0;
    save();
    sendPendingMessages();
  }

  public void discard(String id) {
    OfflineMessage entry = messages.get(id);
    if (entry == null || entry.failed == null) return;
    messages.remove(id);
    save();
  }

  /** Sends all that are underway again after a while, from the first on. */
  private void again(String code, long retryAfter) {
    if (underway.isEmpty()) return; // another of the same batch was refused before
    int attempts = underway.stream().map(messages::get).mapToInt(entry -> entry.retryCount).max().orElse(0);
    stopTimer();
    count(code);
    long delay = retryAfter > 0 ? retryAfter : WebSocketManager.backOff(attempts, maxDelay);
    timer = loop.schedule(() -> {
      timer = null;
      sendPendingMessages();
    }, delay, TimeUnit.MILLISECONDS);
  }

  private void count(String code) {
    if (underway.isEmpty()) return;
    for (String id : underway) {
      OfflineMessage entry = messages.get(id);
      if (++entry.retryCount >= MAX_RETRY_COUNT) fail(entry, code);
    }
    underway.clear();
    save();
  }

  private void fail(OfflineMessage entry, String code) {
    entry.failed = code;
    app.onFailed(entry.content, code);
  }

  private void stopTimer() {
    if (timer != null) timer.cancel(false);
    timer = null;
  }

  private void save() {
    var all = new JSONArray();
    for (var entry : messages.values()) {
      var json = new JSONObject().put("content", entry.content.toJson()).put("retryCount", entry.retryCount);
      all.put(json.putOpt("failed", entry.failed));
    }
    Places.replace(file, all.toString(), true);
  }
}
