import Foundation

/// A message of the user.
public struct Message: Codable, Sendable {
    public let roomId: String
    public let message: String
    public let timestamp: String
    /// Never changes: under it a repeat has one effect.
    public let id: String

    public init(roomId: String, message: String) {
        (self.roomId, self.message) = (roomId, message)
        timestamp = ISO8601DateFormatter().string(from: Date())
        id = UUID().uuidString
    }

    /// As the raw WebSocket takes it.
    var json: [String: Any] {
        ["type": "send_message", "roomId": roomId, "message": message, "timestamp": timestamp, "id": id]
    }
}
