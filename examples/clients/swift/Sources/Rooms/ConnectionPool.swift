import Foundation

/// Connections to several servers, of which the one that was asked for the longest ago makes room.
///
/// One server needs one connection, however many rooms there are.
@MainActor
public final class ConnectionPool {
    private var connections: [URL: WebSocketManager] = [:]
    private var used: [URL] = []  // the latest last
    private let maxConnections: Int
    private let make: (URL) -> WebSocketManager

    /// - Parameter make: a connection with its own files, since each server has its own rooms and positions.
    public init(maxConnections: Int = 5, make: @escaping (URL) -> WebSocketManager) {
        (self.maxConnections, self.make) = (maxConnections, make)
    }

    public func getConnection(for url: URL) -> WebSocketManager {
        used.removeAll { $0 == url }
        used.append(url)
        if let existing = connections[url] { return existing }
        if connections.count >= maxConnections {
            connections.removeValue(forKey: used.removeFirst())?.disconnect()
        }
        let connection = make(url)
        connection.connect(to: url)
        connections[url] = connection
        return connection
    }
}
