// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "Rooms",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Rooms", targets: ["Rooms"])],
    targets: [
        .target(name: "Rooms"),
        .executableTarget(name: "Phone", dependencies: ["Rooms"]),
    ]
)
