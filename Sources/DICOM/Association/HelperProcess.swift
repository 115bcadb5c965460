import CDCMTK
import Glibc

/// Starting a second process of this program and tying it to the first: the part that needs the operating system.
public enum HelperProcess {
    /// A number that the operating system gave for an error (`errno`).
    public struct SystemError: Error, Sendable, Hashable {
        /// The number.
        public let code: Int32
    }

    /// Makes the kernel kill this process when the thread of `parent` that started it ends, however it ends.
    ///
    /// False when it has ended already.
    public static func endTogether(with parent: Int32) -> Bool { radiology_end_with_parent(parent) == 0 }

    /// Bounds what this process may allocate, and makes it the first to go when the machine runs out of memory.
    public static func boundMemory(bytes: Int) throws(SystemError) {
        let error = radiology_bound_memory(UInt64(max(0, bytes)))
        guard error == 0 else { throw SystemError(code: error) }
    }

    /// A descriptor of a nameless file with these bytes, to be handed to a process.
    public static func memoryFile(_ bytes: [UInt8]) throws(SystemError) -> Int32 {
        var descriptor: Int32 = -1
        let error = bytes.withUnsafeBufferPointer { buffer -> Int32 in
            guard let start = buffer.baseAddress else { return EINVAL }
            return radiology_memory_file(start, buffer.count, &descriptor)
        }
        guard error == 0 else { throw SystemError(code: error) }
        return descriptor
    }

    /// A pipe that no process started meanwhile inherits.
    public static func pipe() throws(SystemError) -> (read: Int32, write: Int32) {
        var ends: (read: Int32, write: Int32) = (-1, -1)
        let error = radiology_pipe(&ends.read, &ends.write)
        guard error == 0 else { throw SystemError(code: error) }
        return ends
    }

    /// Starts this same executable; returns its process id.
    ///
    /// `descriptors` become 3, 4, ... there; standard input is empty, standard output goes to standard error, nothing
    /// else is handed on.
    public static func spawn(
        arguments: [String], environment: [String: String], descriptors: [Int32]
    ) throws(SystemError) -> Int32 {
        let variables = environment.map { "\($0.key)=\($0.value)" }
        var process: Int32 = 0
        let error = withCStrings(arguments) { words in
            withCStrings(variables) { variables in
                radiology_spawn(
                    words, arguments.count, variables, environment.count, descriptors, descriptors.count, &process)
            }
        }
        guard error == 0 else { throw SystemError(code: error) }
        return process
    }
}
