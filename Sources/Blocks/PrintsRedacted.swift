/// A value that may carry patient data and therefore never prints its content.
///
/// Conforming types give counts and positions in `description`; string interpolation, `debugPrint` and `dump` show
/// nothing else. (`Core` has its own marker; this target imports nothing.)
public protocol PrintsRedacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension PrintsRedacted {
    /// The same redacted text as `description`.
    public var debugDescription: String { description }

    /// A mirror without children, so that `dump` cannot look inside.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
