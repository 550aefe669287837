// UNTESTED: written against the same protocol as its siblings, but no test compiles or runs it.
//
// Follows channels of a Tidings server over its native WebSocket protocol, through cuts and restarts.
// Needs iOS 15 or macOS 12 and nothing but Foundation.

import Foundation

/// An event of a channel. `json` is all that came; decode your own types from `json["data"]`.
struct TidingsEvent: @unchecked Sendable {
    let channel: String, name: String, epoch: String, offset: Int
    let json: [String: Any]

    init?(_ json: [String: Any]) {
        guard let channel = json["channel"] as? String, let name = json["event"] as? String,
              let epoch = json["epoch"] as? String, let offset = json["offset"] as? Int else { return nil }
        (self.channel, self.name, self.epoch, self.offset, self.json) = (channel, name, epoch, offset, json)
    }
}

actor TidingsClient {
    /// A session is over. `again`: whether to come back. `delay`: when, in seconds, if the server said so.
    struct Ended: Error {
        let why: String
        var again = true
        var delay: Double?
    }

    private struct Place { var epoch: String, offset: Int, mayJump: Bool }

    private static let baseDelay = 0.5, maxDelay = 30.0  // seconds
    private static let pongPatience = 10.0  // seconds
    private static let maxMessage = 4 << 20  // the system's own bound, 1 MiB, is less than what one answer may bring back
    private static let neverAgain: Set<Int> = [1002, 1003, 1007, 1009]
    private static let temporary: Set<String> = [
        "internal", "unavailable", "rate_limited", "timeout", "storage_unavailable", "storage_full",
    ]

    private let url: URL  // wss://…/realtime
    private let token: @Sendable () async throws -> String?
    private let onEvent: @Sendable (TidingsEvent) async -> Void
    private let onGap: @Sendable (_ channel: String, _ position: String) async -> Void
    // Everything up to here was handled; nil before the first subscribe. To resume after the app was ended too, store the
    // places together with what you make of the events.
    private var places: [String: Place?]
    private var attempt = 0

    /// - Parameters:
    ///   - token: asked for each connection, so that an expired one is replaced.
    ///   - onGap: at first, and when what was missed cannot be had: load the present state from your own backend.
    init(
        url: URL, channels: [String], token: @escaping @Sendable () async throws -> String?,
        onEvent: @escaping @Sendable (TidingsEvent) async -> Void,
        onGap: @escaping @Sendable (_ channel: String, _ position: String) async -> Void
    ) {
        (self.url, self.token, self.onEvent, self.onGap) = (url, token, onEvent, onGap)
        places = Dictionary(uniqueKeysWithValues: channels.map { ($0, Place?.none) })
    }

    /// Runs until its task is cancelled: do that when the app goes to the background, and run again when it is back.
    /// - Throws: `Ended` when the server said not to come back, or no channel is left; what `token` throws.
    func run() async throws {
        while !Task.isCancelled {
            do {
                try await session()
            } catch let ended as Ended {
                if !ended.again { throw ended }
                // Full jitter: clients that were cut off together do not all come back together.
                let ceiling = min(Self.maxDelay, Self.baseDelay * pow(2, Double(min(attempt, 10))))
                let delay = ended.delay ?? .random(in: 0..<ceiling)
                attempt += 1
                try await Task.sleep(nanoseconds: UInt64(delay * 1e9))
            }
        }
    }

    /// One connection, from dial to close.
    private func session() async throws {
        var request = URLRequest(url: url, timeoutInterval: 10)
        request.setValue("tidings.v1", forHTTPHeaderField: "Sec-WebSocket-Protocol")
        if let token = try await token() { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        let socket = URLSession.shared.webSocketTask(with: request)
        socket.maximumMessageSize = Self.maxMessage
        socket.resume()
        var heart: Task<Void, Never>?
        defer {
            heart?.cancel()
            socket.cancel(with: .normalClosure, reason: nil)
        }
        var notice: Ended?  // what the server says before it closes
        while true {
            // One after the other: the next message is not read before this one is handled.
            let message: [String: Any]
            do {
                message = try await withTaskCancellationHandler {
                    try Self.parse(await socket.receive())
                } onCancel: {
                    socket.cancel(with: .normalClosure, reason: nil)
                }
            } catch {
                try Task.checkCancellation()
                throw notice ?? Self.ended(socket, error)
            }
            switch message["type"] as? String {
            case "welcome":
                guard message["protocol"] as? Int == 1 else {
                    socket.cancel(with: .init(rawValue: 4505) ?? .protocolError, reason: nil)
                    throw Ended(why: "the server speaks another protocol", again: false)
                }
                heart = Self.keepAlive(socket, every: message["heartbeat"] as? Double ?? 25_000)
                try await subscribe(socket)
            case "reply":
                if let error = message["error"] as? [String: Any] { throw Self.ended(by: error) }
                for answer in message["channels"] as? [[String: Any]] ?? [] { try await subscribed(answer) }
                attempt = 0  // only now: a server that fails at once is not hammered
            case "event":
                if let event = TidingsEvent(message) { try await hear(event) }
            case "unsubscribed":
                try leave(message["channel"] as? String ?? "")
            case "disconnect":
                notice = Ended(
                    why: message["reason"] as? String ?? "", again: message["reconnect"] as? Bool ?? true,
                    delay: (message["retryAfter"] as? Double).map { $0 / 1000 })
            default: break  // what a newer server says
            }
        }
    }

    /// The system answers the server's pings, and does not show them. So it pings too, and ends a connection that is silent.
    private static func keepAlive(_ socket: URLSessionWebSocketTask, every milliseconds: Double) -> Task<Void, Never> {
        Task {
            while (try? await Task.sleep(nanoseconds: UInt64(milliseconds * 1e6))) != nil {
                let silent = Task {
                    if (try? await Task.sleep(nanoseconds: UInt64(pongPatience * 1e9))) != nil { socket.cancel() }
                }
                socket.sendPing { error in
                    silent.cancel()
                    if error != nil { socket.cancel() }
                }
            }
        }
    }

    private static func parse(_ message: URLSessionWebSocketTask.Message) throws -> [String: Any] {
        guard case .string(let text) = message else { throw Ended(why: "a binary message") }
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    private static func ended(_ socket: URLSessionWebSocketTask, _ error: Error) -> Ended {
        let status = (socket.response as? HTTPURLResponse)?.statusCode ?? 0
        let refused = (400..<500).contains(status) && status != 429
        let code = socket.closeCode.rawValue
        return Ended(why: "\(code) \(error)", again: !refused && !neverAgain.contains(code) && !(4500..<5000).contains(code))
    }

    private static func ended(by error: [String: Any]) -> Ended {
        let code = error["code"] as? String ?? ""
        let delay = (error["retryAfter"] as? Double).map { $0 / 1000 }
        return Ended(why: code, again: temporary.contains(code), delay: delay)
    }

    private func subscribe(_ socket: URLSessionWebSocketTask) async throws {
        let channels = places.map { channel, place in
            place.map { ["channel": channel, "since": "\($0.epoch):\($0.offset)"] } ?? ["channel": channel]
        }
        let command: [String: Any] = ["type": "subscribe", "id": 1, "channels": channels]
        let json = try JSONSerialization.data(withJSONObject: command)
        do {
            try await socket.send(.string(String(decoding: json, as: UTF8.self)))
        } catch {
            throw Self.ended(socket, error)
        }
    }

    private func subscribed(_ answer: [String: Any]) async throws {
        let channel = answer["channel"] as? String ?? ""
        if let error = answer["error"] as? [String: Any] {
            let ended = Self.ended(by: error)
            if ended.again { throw ended }
            return try leave(channel)
        }
        if answer["recovered"] as? Bool != true {
            let position = answer["position"] as? String ?? ""
            let parts = position.split(separator: ":")
            guard parts.count == 2, let offset = Int(parts[1]) else { throw Ended(why: "no position") }
            await onGap(channel, position)
            places[channel] = Place(epoch: String(parts[0]), offset: offset, mayJump: answer["overflow"] != nil)
        }
        for event in answer["events"] as? [[String: Any]] ?? [] {
            if let event = TidingsEvent(event) { try await hear(event) }
        }
    }

    private func hear(_ event: TidingsEvent) async throws {
        guard let place = places[event.channel], var last = place else { return }  // left meanwhile
        if event.epoch == last.epoch && event.offset <= last.offset { return }  // heard before
        if event.epoch != last.epoch || (event.offset != last.offset + 1 && !last.mayJump) {
            throw Ended(why: "a hole in \(event.channel)")  // coming back reads it again, from the last place
        }
        await onEvent(event)
        // After the handler: a crash in between repeats an event and loses none.
        last.offset = event.offset
        places[event.channel] = last
    }

    private func leave(_ channel: String) throws {
        places.removeValue(forKey: channel)
        if places.isEmpty { throw Ended(why: "no channel is left", again: false) }
    }
}
