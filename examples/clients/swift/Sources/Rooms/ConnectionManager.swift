#if canImport(Network) && canImport(Combine)
    import Combine
    import Foundation
    import Network

    /// Whether the device has a network, and what is done when it has one again.
    @MainActor
    public final class ConnectionManager: ObservableObject {
        @Published public private(set) var isConnected = false
        private let monitor = NWPathMonitor()
        private let queue = DispatchQueue(label: "NetworkMonitor")

        public init() {
            monitor.pathUpdateHandler = { [weak self] path in
                let satisfied = path.status == .satisfied
                Task { @MainActor in self?.changed(satisfied) }
            }
            monitor.start(queue: queue)
        }

        deinit {
            monitor.cancel()
        }

        private func changed(_ satisfied: Bool) {
            let isBack = satisfied && !isConnected
            isConnected = satisfied
            if isBack { reconnectWebSocket() }
        }

        private func reconnectWebSocket() {
            // What waits in the queue is sent once the rooms are joined again: WebSocketManager does that.
            WebSocketManager.shared.reconnect()
        }
    }
#endif
