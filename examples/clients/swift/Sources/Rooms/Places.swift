import Foundation

/// The rooms that are heard, and up to which position each was handled: `nil` until it is known.
///
/// Kept in a file. An older position only repeats messages, which are known by their `id`; an app with a database writes the
/// position in the transaction that stores the message, and so repeats none.
@MainActor
public final class Places {
    private let file: URL
    private var places: [String: String]  // "" is one that is not known

    public init(file: URL) {
        self.file = file
        places = (try? JSONDecoder().decode([String: String].self, from: Data(contentsOf: file))) ?? [:]
    }

    var all: [String: String?] { places.mapValues { $0.isEmpty ? nil : $0 } }

    func contains(_ channel: String) -> Bool { places[channel] != nil }

    subscript(channel: String) -> String? {
        get { places[channel].flatMap { $0.isEmpty ? nil : $0 } }
        set {
            places[channel] = newValue ?? ""
            save()
        }
    }

    func remove(_ channel: String) {
        places.removeValue(forKey: channel)
        save()
    }

    private func save() {
        try? JSONEncoder().encode(places).write(to: file, options: .atomic)
    }
}
