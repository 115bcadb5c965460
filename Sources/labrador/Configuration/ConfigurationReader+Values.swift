import Foundation
import Profiles

/// Values that stand in several sections.
extension ConfigurationReader {
    /// Characters of an id.
    static let idCharacters = 64

    /// Reads `HOST:PORT`.
    static func address(_ value: YAMLValue) -> SocketAddressText? {
        guard let text = value.name() else { return nil }
        guard let address = SocketAddressText(text) else {
            return value.wrong(
                "'\(text)' is not HOST:PORT; write 127.0.0.1:8080 or [::1]:8080, or port 0 for any free one")
        }
        return host(address.host, at: value) ? address : nil
    }

    /// Whether a text can be a host; notes a mistake when it cannot.
    static func host(_ text: String, at value: YAMLValue) -> Bool {
        if HostText.isHost(text) { return true }
        value.mistake("'\(text)' is neither an IP address nor a host name")
        return false
    }

    /// Reads the id of a device, modality or destination: it stands in commands, tables, logs and addresses.
    static func id(_ value: YAMLValue) -> String? {
        guard let text = value.name() else { return nil }
        let isWord = text.unicodeScalars.allSatisfy { scalar in
            !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
        }
        let isRight = text.count <= idCharacters && isWord
        return isRight
            ? text : value.wrong("an id is one word of at most \(idCharacters) characters, such as haem-1")
    }

    /// Reads `profiles:`, folders relative to the configuration's own; notes those that are not there.
    func profileFolders(_ value: YAMLValue?) -> [String] {
        let named = value?.list(allowsSingle: true) { value in value.name().map { (text: $0, value: value) } } ?? []
        let folders = ProfileLibrary.standardDirectories(configured: named.map(\.text), configurationFile: file)
        for (entry, folder) in zip(named, folders) {
            var isFolder: ObjCBool = false
            if !FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) || !isFolder.boolValue {
                entry.value.mistake("there is no folder \(folder)")
            }
        }
        return folders
    }
}
