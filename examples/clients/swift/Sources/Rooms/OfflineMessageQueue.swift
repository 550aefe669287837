import Foundation

/// A message was not kept: tell the user before the text is lost.
public enum NotQueued: Error {
    case full
    case tooLarge
    case notWritten(Error)
}

/// A message that waits, or one that has `failed` and waits for the user's word.
public struct OfflineMessage: Codable, Sendable {
    public let content: Message
    public internal(set) var retryCount = 0
    public internal(set) var failed: String?
}

/// Every message goes through here, with a network or without: whether there was one is known only when the answer is here.
/// It is in the file before `queueMessage` returns, and leaves with its answer. They are sent in their order.
///
/// A message that was sent and not taken ten times, or is refused for good, has failed: it stays, `onFailed` is called, and
/// the user decides (`retry`, `discard`). Waiting for a network is no attempt.
@MainActor
public final class OfflineMessageQueue {
    public static let shared = OfflineMessageQueue(file: applicationFile("queue.json"))

    private static let maxMessages = 500
    private static let maxRetryCount = 10
    private static let maxMessageBytes = 60_000
    private static let ackTimeout = 10.0  // seconds
    private static let window = 10  // on their way at once: a batch

    /// - Returns: whether they were handed to a connection.
    public var sendMessagesDirectly: ([Message]) -> Bool = { _ in false }
    public var onSent: (Message) -> Void = { _ in }
    public var onFailed: (Message, _ code: String) -> Void = { _, _ in }

    private let file: URL
    private var messages: [OfflineMessage]
    private var underway: Set<String> = []
    private var timer: Task<Void, Never>?

    public init(file: URL) {
        self.file = file
        messages = (try? JSONDecoder().decode([OfflineMessage].self, from: Data(contentsOf: file))) ?? []
    }

    public var pending: [Message] { messages.filter { $0.failed == nil }.map(\.content) }
    public var failed: [OfflineMessage] { messages.filter { $0.failed != nil } }

    /// Keeps a message and sends it when that can be. - Throws: `NotQueued`
    public func queueMessage(_ message: Message) throws {
        if messages.count >= Self.maxMessages { throw NotQueued.full }
        let size = (try? JSONSerialization.data(withJSONObject: message.json).count) ?? .max
        if size > Self.maxMessageBytes { throw NotQueued.tooLarge }
        messages.append(OfflineMessage(content: message))
        do {
            try write()
        } catch {
            messages.removeLast()
            throw NotQueued.notWritten(error)
        }
        sendPendingMessages()
    }

    /// Sends the oldest that wait; the next follow with the last answer. For when the connection is there, too.
    public func sendPendingMessages() {
        if !underway.isEmpty || timer != nil { return }
        let next = Array(pending.prefix(Self.window))
        if next.isEmpty || !sendMessagesDirectly(next) { return }
        underway = Set(next.map(\.id))
        schedule(after: Self.ackTimeout) { $0.again("timeout", after: nil) }
    }

    /// The server has answered. - Parameter error: `{code, retryAfter?}`: why it did not take it.
    func answered(_ id: String, _ error: [String: Any]?) {
        guard let index = messages.firstIndex(where: { $0.content.id == id }) else { return }
        let message = messages[index].content
        let code = error?["code"] as? String
        if let code, temporary.contains(code) {
            return again(code, after: (error?["retryAfter"] as? Double).map { $0 / 1000 })
        }
        let awaited = underway.remove(id) != nil
        if let code {
            messages[index].failed = code
        } else {
            messages.remove(at: index)
        }
        try? write()
        if let code { onFailed(message, code) } else { onSent(message) }
        if awaited && underway.isEmpty {
            stopTimer()
            sendPendingMessages()
        }
    }

    /// What was underway may have arrived or not: it is sent again.
    func connectionLost() {
        stopTimer()
        count("connection_lost")
    }

    /// The user wants a failed message to be tried again, under the same id: it is not there twice.
    public func retry(_ id: String) {
        guard let index = messages.firstIndex(where: { $0.content.id == id }) else { return }
        messages[index].failed = nil
        messages[index].retryCount = 0
        try? write()
        sendPendingMessages()
    }

    public func discard(_ id: String) {
        messages.removeAll { $0.content.id == id && $0.failed != nil }
        try? write()
    }

    /// Sends all that are underway again after a while, from the first on.
    private func again(_ code: String, after seconds: Double?) {
        if underway.isEmpty { return }  // another of the same batch was refused before
        let attempts = messages.filter { underway.contains($0.content.id) }.map(\.retryCount).max() ?? 0
        stopTimer()
        count(code)
        schedule(after: seconds ?? backOff(attempt: attempts)) { $0.sendPendingMessages() }
    }

    private func count(_ code: String) {
        if underway.isEmpty { return }
        var given: [Message] = []
        for index in messages.indices where underway.contains(messages[index].content.id) {
            messages[index].retryCount += 1
            if messages[index].retryCount < Self.maxRetryCount { continue }
            messages[index].failed = code
            given.append(messages[index].content)
        }
        underway = []
        try? write()
        given.forEach { onFailed($0, code) }
    }

    private func schedule(after seconds: Double, _ act: @escaping @MainActor (OfflineMessageQueue) -> Void) {
        timer = Task { [weak self] in
            guard (try? await sleep(seconds: seconds)) != nil, let self else { return }
            self.timer = nil
            act(self)
        }
    }

    private func stopTimer() {
        timer?.cancel()
        timer = nil
    }

    private func write() throws {
        try JSONEncoder().encode(messages).write(to: file, options: .atomic)
    }
}

/// A file that belongs to the app, and is no one else's to read.
func applicationFile(_ name: String) -> URL {
    let base = FileManager.default.urls(for: .applicationSupportDirectory, in: .userDomainMask).first
    let folder = (base ?? FileManager.default.temporaryDirectory).appendingPathComponent("Rooms", isDirectory: true)
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.appendingPathComponent(name)
}
