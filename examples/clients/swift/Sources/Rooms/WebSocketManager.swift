import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What an app hears of its connection, on the main thread, one after the other.
@MainActor
public protocol WebSocketManagerDelegate: AnyObject {
    /// Messages that are sent from now on are behind the joining of all rooms.
    func webSocketConnected()
    /// It comes back by itself, in `delay` seconds.
    func webSocketDisconnected(_ why: String, delay: Double)
    /// It does not come back: the token is refused, or this app is too old. Tell the user.
    func webSocketStopped(_ why: String)
    /// What the server says: `message`, `user_joined`, `update`, `notification` and so on.
    func webSocketReceived(_ type: String, _ payload: [String: Any])
    /// A room is new here, or what was missed is too long ago: read its history over HTTP.
    func webSocketGap(in roomId: String)
    /// The user is no member any more (`left`, `removed`), or never became one (the code of the error).
    func webSocketLost(room roomId: String, _ why: String)
}

/// The raw WebSocket of the rooms kit, which comes back by itself and goes on where it was.
@MainActor
public final class WebSocketManager {
    public static let shared = WebSocketManager(
        places: Places(file: applicationFile("places.json")), queue: .shared)

    private static let heartbeat = 25.0, pongPatience = 10.0  // seconds
    private static let maxMessage = 4 << 20  // the system's own bound, 1 MiB, is less than what one answer may bring back
    private static let maxBatch = 60_000  // bytes; the server takes 65,536, and closes the connection beyond it
    private static let neverAgain: Set<Int> = [1002, 1003, 1007, 1009]

    /// A session is over.
    private struct Ended: Error {
        let why: String
        var again = true
        var delay: Double?
    }

    /// Asked for each connection, so that an expired one is replaced. It goes in a header, since addresses are logged.
    public var getAuthToken: () async throws -> String = { "" }
    public weak var delegate: WebSocketManagerDelegate?

    private let places: Places
    private let queue: OfflineMessageQueue
    private var url: URL?
    private var webSocketTask: URLSessionWebSocketTask?
    private var running: Task<Void, Never>?
    private var waiting: Task<Void, Error>?
    private var isWelcome = false
    private var attempt = 0
    private var resuming: Set<String> = []  // channels whose past is still on its way

    public init(places: Places, queue: OfflineMessageQueue) {
        (self.places, self.queue) = (places, queue)
        queue.sendMessagesDirectly = { [weak self] in self?.send($0) ?? false }
    }

    /// - Parameter url: of the server, `https://…`
    public func connect(to url: URL) {
        self.url = url
        if running == nil { running = Task { [weak self] in await self?.run() } }
    }

    /// At once, for when the network is back.
    public func reconnect() {
        waiting?.cancel()
        if let url { connect(to: url) }
    }

    /// Ends it for good; also for an app that goes to the background.
    public func disconnect() {
        url = nil
        waiting?.cancel()
        running?.cancel()
        running = nil
        webSocketTask?.cancel(with: .normalClosure, reason: nil)
    }

    /// Hears a room from now on, also after restarts of the app, until `leaveRoom`.
    public func joinRoom(_ roomId: String) {
        let channel = "room:\(roomId)"
        if places.contains(channel) { return }
        places[channel] = nil
        if isWelcome { join(channel) }
    }

    public func leaveRoom(_ roomId: String) {
        places.remove("room:\(roomId)")
        sendMessage(Self.text(["type": "leave_room", "roomId": roomId]))
    }

    /// Hands a text to the connection. Whether it arrives only an answer says.
    public func sendMessage(_ message: String) {
        webSocketTask?.send(.string(message)) { _ in
            // A connection that is lost is noticed where it is read.
        }
    }

    /// Sends messages as `{type: "batch"}`, in as many as they need. - Returns: whether there is a connection.
    private func send(_ messages: [Message]) -> Bool {
        guard isWelcome else { return false }
        var batch: [String] = []
        var bytes = 0
        func flush() {
            if batch.count == 1 { sendMessage(batch[0]) }
            if batch.count > 1 { sendMessage("{\"type\":\"batch\",\"messages\":[\(batch.joined(separator: ","))]}") }
            (batch, bytes) = ([], 0)
        }
        for text in messages.map({ Self.text($0.json) }) {
            if bytes + text.utf8.count > Self.maxBatch { flush() }
            batch.append(text)
            bytes += text.utf8.count
        }
        flush()
        return true
    }

    private func run() async {
        while let url, !Task.isCancelled {
            let ended: Ended
            do {
                try await session(url)
                return
            } catch is CancellationError {
                break
            } catch {
                ended = error as? Ended ?? Ended(why: "\(error)")
            }
            resuming = []
            isWelcome = false
            queue.connectionLost()
            if self.url == nil { break }
            if !ended.again {
                running = nil
                delegate?.webSocketStopped(ended.why)
                return
            }
            let delay = ended.delay ?? backOff(attempt: attempt)
            attempt += 1
            delegate?.webSocketDisconnected(ended.why, delay: delay)
            // `reconnect` ends the wait.
            let pause = Task { try await sleep(seconds: delay) }
            waiting = pause
            _ = try? await pause.value
            waiting = nil
        }
        isWelcome = false
        queue.connectionLost()
    }

    /// One connection, from dial to close.
    private func session(_ server: URL) async throws {
        var address = URLComponents(
            url: server.appendingPathComponent("api/v1/rooms/ws"), resolvingAgainstBaseURL: false)
        address?.scheme = server.scheme == "https" ? "wss" : "ws"
        // What the server has for us at one moment comes as one message.
        address?.queryItems = [URLQueryItem(name: "batch", value: "1")]
        guard let url = address?.url else { throw Ended(why: "no address", again: false) }
        var request = URLRequest(url: url, timeoutInterval: 10)
        request.setValue("Bearer \(try await getAuthToken())", forHTTPHeaderField: "Authorization")
        let task = URLSession.shared.webSocketTask(with: request)
        task.maximumMessageSize = Self.maxMessage
        webSocketTask = task
        task.resume()
        let heart = keepAlive(task)
        defer {
            heart.cancel()
            task.cancel(with: .normalClosure, reason: nil)
        }
        var notice: Ended?  // what the server says before it closes
        while true {
            // One after the other: the next message is not read before this one is handled.
            let received: URLSessionWebSocketTask.Message
            do {
                received = try await task.receive()
            } catch {
                try Task.checkCancellation()
                throw notice ?? Self.ended(task, error)
            }
            guard case .string(let text) = received,
                let message = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            else { throw Ended(why: "not a message") }
            for one in message["messages"] as? [[String: Any]] ?? [message] {
                if let told = try receiveMessage(one) { notice = told }
            }
        }
    }

    /// The system answers the server's pings and does not show them. So it pings too, and ends a connection that is silent.
    private func keepAlive(_ task: URLSessionWebSocketTask) -> Task<Void, Never> {
        Task {
            while (try? await sleep(seconds: Self.heartbeat)) != nil {
                let silent = Task {
                    if (try? await sleep(seconds: Self.pongPatience)) != nil { task.cancel() }
                }
                task.sendPing { error in
                    silent.cancel()
                    if error != nil { task.cancel() }
                }
            }
        }
    }

    /// - Returns: how the session is going to end, when the server says so.
    private func receiveMessage(_ message: [String: Any]) throws -> Ended? {
        let payload = message["payload"] as? [String: Any] ?? [:]
        let type = message["type"] as? String ?? ""
        switch type {
        case "welcome": welcome()
        case "pong": attempt = 0  // only now: a server that fails right after the welcome is not hammered
        case "subscribed":
            for answer in payload["channels"] as? [[String: Any]] ?? [] { try subscribed(answer) }
        case "ack": try answered(message["id"], nil)
        case "error": try answered(message["id"], payload)
        case "unsubscribed":
            lost(payload["channel"] as? String ?? "", Self.code(payload["error"]))
        case "disconnect":
            return Ended(
                why: payload["reason"] as? String ?? "", again: payload["reconnect"] as? Bool ?? true,
                delay: (payload["retryAfter"] as? Double).map { $0 / 1000 })
        default: try hear(type, payload, message)
        }
        return nil
    }

    private func welcome() {
        isWelcome = true
        var known: [String: String?] = [:]
        for (channel, position) in places.all {
            if let position { known[channel] = position } else { join(channel) }
        }
        if !known.isEmpty { subscribe(known) }
        sendMessage(Self.text(["type": "ping"]))
        delegate?.webSocketConnected()
        queue.sendPendingMessages()
    }

    private func join(_ channel: String) {
        let roomId = channel.dropFirst("room:".count)
        sendMessage(Self.text(["type": "join_room", "roomId": String(roomId), "id": "join \(channel)"]))
    }

    private func subscribe(_ channels: [String: String?]) {
        let list = channels.map { channel, since -> [String: Any] in
            guard let since else { return ["channel": channel] }
            // Until the answer is here, what comes on this channel is in the answer too.
            resuming.insert(channel)
            return ["channel": channel, "since": since]
        }
        sendMessage(Self.text(["type": "subscribe", "id": "resume", "channels": list]))
    }

    private func answered(_ id: Any?, _ error: [String: Any]?) throws {
        guard let id = id as? String else { return }
        let code = Self.code(error)
        if id.hasPrefix("join ") {
            let channel = String(id.dropFirst("join ".count))
            if error == nil { return subscribe([channel: nil]) }
            if temporary.contains(code) { throw Ended(why: "\(channel): \(code)") }
            lost(channel, code)
        } else if id == "resume" && error != nil {
            throw Ended(why: "not resumed: \(code)", again: temporary.contains(code))
        } else {
            queue.answered(id, error)
        }
    }

    private func subscribed(_ answer: [String: Any]) throws {
        let channel = answer["channel"] as? String ?? ""
        resuming.remove(channel)
        if let error = answer["error"] {
            let code = Self.code(error)
            if temporary.contains(code) { throw Ended(why: "\(channel): \(code)") }
            return lost(channel, code)
        }
        if !places.contains(channel) { return }  // left meanwhile
        if answer["recovered"] as? Bool != true {
            delegate?.webSocketGap(in: String(channel.dropFirst("room:".count)))
            places[channel] = answer["position"] as? String
        }
        for message in answer["messages"] as? [[String: Any]] ?? [] { _ = try receiveMessage(message) }
    }

    private func lost(_ channel: String, _ why: String) {
        if !places.contains(channel) { return }
        places.remove(channel)
        delegate?.webSocketLost(room: String(channel.dropFirst("room:".count)), why)
    }

    private func hear(_ type: String, _ payload: [String: Any], _ message: [String: Any]) throws {
        guard let channel = message["channel"] as? String, places.contains(channel) else {
            delegate?.webSocketReceived(type, payload)
            // On another device, or by the owner of the room.
            if type == "update" && payload["kind"] as? String == "left" {
                lost("room:\(payload["roomId"] as? String ?? "")", payload["reason"] as? String ?? "left")
            }
            return
        }
        if resuming.contains(channel) { return }
        let position = message["position"] as? String ?? ""
        if let last = places[channel] {
            let (now, before) = (Self.parts(position), Self.parts(last))
            if now.epoch == before.epoch && now.offset <= before.offset { return }  // heard before
            if now.epoch != before.epoch || now.offset != before.offset + 1 {
                throw Ended(why: "a hole in \(channel)")  // coming back reads it again, from the last position
            }
        }
        delegate?.webSocketReceived(type, payload)
        // After the app: a crash in between repeats a message and loses none.
        places[channel] = position
    }

    private static func ended(_ task: URLSessionWebSocketTask, _ error: Error) -> Ended {
        let status = (task.response as? HTTPURLResponse)?.statusCode ?? 0
        let refused = (400..<500).contains(status) && status != 429
        let code = task.closeCode.rawValue
        return Ended(
            why: "\(code) \(error)", again: !refused && !neverAgain.contains(code) && !(4500..<5000).contains(code))
    }

    private static func parts(_ position: String) -> (epoch: Substring, offset: Int) {
        let parts = position.split(separator: ":")
        return (parts.first ?? "", parts.last.flatMap { Int($0) } ?? 0)
    }

    private static func code(_ error: Any?) -> String {
        (error as? [String: Any])?["code"] as? String ?? ""
    }

    private static func text(_ json: [String: Any]) -> String {
        let data = (try? JSONSerialization.data(withJSONObject: json)) ?? Data("{}".utf8)
        return String(decoding: data, as: UTF8.self)
    }
}
