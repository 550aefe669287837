import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.json.JSONObject;

/**
 * The rooms that are heard, and up to which position each was handled: empty until it is known. Kept in a file, without
 * waiting for the disk, since an older position only repeats messages, which are known by their {@code id}.
 *
 * <p>An app with a database writes the position in the transaction that stores the message, and so repeats none.
 */
public class Places {
  private final Path file;
  private final Map<String, Optional<String>> places = new LinkedHashMap<>();

  public Places(Path file) {
    this.file = file;
    if (!Files.exists(file)) return;
    var json = new JSONObject(read(file));
    for (String channel : json.keySet())
      places.put(channel, Optional.of(json.getString(channel)).filter(position -> !position.isEmpty()));
  }

  public Map<String, Optional<String>> all() {
    return new LinkedHashMap<>(places);
  }

  public boolean contains(String channel) {
    return places.containsKey(channel);
  }

  public Optional<String> get(String channel) {
    return places.getOrDefault(channel, Optional.empty());
  }

  public void put(String channel, Optional<String> position) {
    places.put(channel, position);
    save();
  }

  public void remove(String channel) {
    places.remove(channel);
    save();
  }

  private void save() {
    var json = new JSONObject();
    places.forEach((channel, position) -> json.put(channel, position.orElse("")));
    replace(file, json.toString(), false);
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  /**
   * Replaces a file as a whole: who is killed in between finds the old one or the new one.
   *
   * @param sync also when the power fails
   */
  static void replace(Path file, String text, boolean sync) {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      Files.writeString(partial, text);
      if (sync) {
        try (var channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }
}
