import Foundation
import Rooms

/// A phone in one room: what is typed is sent, what is heard is printed.
/// `TIDINGS_URL=… TIDINGS_TOKEN=JWT swift run Phone FOLDER ROOM`
@MainActor
final class Phone: WebSocketManagerDelegate {
    private let roomId: String
    private let queue: OfflineMessageQueue
    private let connection: WebSocketManager

    init(folder: URL, roomId: String) {
        self.roomId = roomId
        queue = OfflineMessageQueue(file: folder.appendingPathComponent("queue.json"))
        connection = WebSocketManager(
            places: Places(file: folder.appendingPathComponent("places.json")), queue: queue)
        connection.getAuthToken = { ProcessInfo.processInfo.environment["TIDINGS_TOKEN"] ?? "" }
        connection.delegate = self
        queue.onSent = { print("sent", $0.message) }
        queue.onFailed = { print("failed", $0.message, $1) }
    }

    func open(_ url: URL) {
        queue.pending.forEach { print("waiting", $0.message) }
        connection.joinRoom(roomId)
        connection.connect(to: url)
    }

    func write(_ text: String) {
        do {
            try queue.queueMessage(Message(roomId: roomId, message: text))
        } catch {
            print("refused", error)
        }
    }

    func webSocketConnected() { print("connected") }
    func webSocketDisconnected(_ why: String, delay: Double) { print("disconnected", why, "back in", delay, "s") }
    func webSocketStopped(_ why: String) {
        print("stopped", why)
        exit(1)
    }
    func webSocketReceived(_ type: String, _ payload: [String: Any]) { print(type, payload) }
    func webSocketGap(in roomId: String) { print("gap", roomId) }
    func webSocketLost(room roomId: String, _ why: String) { print("room lost", roomId, why) }
}

@main
@MainActor
enum Main {
    static func main() throws {
        let arguments = CommandLine.arguments
        let address = ProcessInfo.processInfo.environment["TIDINGS_URL"] ?? "http://127.0.0.1:3000"
        guard arguments.count == 3, let url = URL(string: address) else {
            print("usage: Phone FOLDER ROOM")
            exit(2)
        }
        let folder = URL(fileURLWithPath: arguments[1], isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let phone = Phone(folder: folder, roomId: arguments[2])
        phone.open(url)
        Thread.detachNewThread {
            while let line = readLine() {
                Task { @MainActor in phone.write(line) }
            }
            exit(0)
        }
        RunLoop.main.run()
    }
}
