/// A type that holds something which names or points at a person.
///
/// Conforming is enough: printing, interpolating, dumping and reflecting then show the type's name and nothing of its
/// content, so that a log line or a crash report cannot leak it.
public protocol HoldsPatientData: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension HoldsPatientData {
    /// The type's name and the word `redacted`.
    public var description: String { "\(Self.self)(redacted)" }
    /// The same as `description`: a debugger's view goes into reports as well.
    public var debugDescription: String { description }
    /// A mirror without children, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
