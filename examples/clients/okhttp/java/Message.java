import java.time.Instant;
import java.util.UUID;
import org.json.JSONObject;

/**
 * A message of the user.
 *
 * @param id never changes: under it a repeat has one effect
 */
public record Message(String roomId, String message, String timestamp, String id) {
  public Message(String roomId, String message) {
    this(roomId, message, Instant.now().toString(), UUID.randomUUID().toString());
  }

  public JSONObject toJson() {
    return new JSONObject()
        .put("type", "send_message")
        .put("roomId", roomId)
        .put("message", message)
        .put("timestamp", timestamp)
        .put("id", id);
  }

  public static Message fromJson(JSONObject json) {
    return new Message(
        json.getString("roomId"), json.getString("message"), json.getString("timestamp"), json.getString("id"));
  }
}
