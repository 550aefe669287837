import Foundation

/// Errors after which the same may succeed later.
let temporary: Set<String> = [
    "internal", "unavailable", "rate_limited", "timeout", "storage_unavailable", "storage_full",
]

/// Seconds before the next attempt. Full jitter: who was cut off together does not come back together.
func backOff(attempt: Int, maxDelay: Double = 30) -> Double {
    .random(in: 0..<min(maxDelay, 0.5 * pow(2, Double(min(attempt, 10)))))
}

/// Waits. - Throws: when the task is cancelled.
func sleep(seconds: Double) async throws {
    try await Task.sleep(nanoseconds: UInt64(max(0, seconds) * 1e9))
}
