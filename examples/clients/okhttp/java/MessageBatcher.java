import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.json.JSONObject;

/** Sends what comes within a moment as one message, so that the radio of the phone wakes once. */
public class MessageBatcher {
  private static final int BATCH_SIZE = 10;
  private static final long BATCH_TIMEOUT = 1000; // milliseconds
  private static final int MAX_BYTES = 60_000; // the server takes 65,536, and closes the connection beyond it

  private final ScheduledExecutorService loop;
  private final Consumer<String> sendMessage;
  private final List<String> batch = new ArrayList<>();
  private int bytes;
  private ScheduledFuture<?> batchTimer;

  public MessageBatcher(ScheduledExecutorService loop, Consumer<String> sendMessage) {
    this.loop = loop;
    this.sendMessage = sendMessage;
  }

  public void addMessage(JSONObject message) {
    String text = message.toString();
    int size = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes + size > MAX_BYTES) flushBatch();
    batch.add(text);
    bytes += size;
    if (batch.size() >= BATCH_SIZE) flushBatch();
    else if (batchTimer == null) batchTimer = loop.schedule(this::flushBatch, BATCH_TIMEOUT, TimeUnit.MILLISECONDS);
  }

  public void flushBatch() {
    var messages = List.copyOf(batch);
    clear();
    if (!messages.isEmpty()) sendBatch(messages);
  }

  /** Forgets what waits; for a lost connection, since the queue still has it. */
  public void clear() {
    if (batchTimer != null) batchTimer.cancel(false);
    batchTimer = null;
    batch.clear();
    bytes = 0;
  }

  private void sendBatch(List<String> messages) {
    boolean alone = messages.size() == 1;
    sendMessage.accept(
        alone ? messages.get(0) : "{\"type\":\"batch\",\"messages\":[" + String.join(",", messages) + "]}");
  }
}
