import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardOpenOption.WRITE
import kotlin.io.path.exists
import kotlin.io.path.readText
import kotlin.io.path.writeText
import org.json.JSONObject

/** Replaces a file as a whole: who is killed in between finds the old one or the new one. [sync]: also when the power fails. */
fun replace(file: Path, text: String, sync: Boolean) {
  val partial = file.resolveSibling("${file.fileName}.partial")
  partial.writeText(text)
  if (sync) FileChannel.open(partial, WRITE).use { it.force(true) }
  Files.move(partial, file, ATOMIC_MOVE)
}

/**
 * The rooms that are heard, and up to which position each was handled: `null` until it is known. Kept in a file, without
 * waiting for the disk, since an older position only repeats messages, which are known by their `id`.
 *
 * An app with a database writes the position in the transaction that stores the message, and so repeats none.
 */
class Places(private val file: Path) {
  private val places = linkedMapOf<String, String?>()

  init {
    if (file.exists()) JSONObject(file.readText()).let { json ->
      json.keySet().forEach { places[it] = json.optString(it).ifEmpty { null } }
    }
  }

  fun all(): Map<String, String?> = places.toMap()

  operator fun contains(channel: String) = channel in places

  operator fun get(channel: String): String? = places[channel]

  operator fun set(channel: String, position: String?) {
    places[channel] = position
    save()
  }

  fun remove(channel: String) {
    places.remove(channel)
    save()
  }

  private fun save() = replace(file, JSONObject(places.mapValues { it.value ?: "" }).toString(), sync = false)
}
