import Core

/// Entries one behind the other in a bounded ring of bytes; the newest overwrite the oldest.
///
/// It grows with what is written, up to its bound: a link nobody speaks on holds nothing. A copy shares the bytes until
/// the next entry, so that whoever reads need not keep the writer waiting.
struct TraceRing: Sendable {
    /// Where the parts of an entry's head stand: time, length, connection, kind.
    private enum Head {
        static let length = 8
        static let connection = 12
        static let kind = 16
        static let bytes = 17
    }

    private let bound: Int
    private var storage: [UInt8] = []
    /// Where the oldest entry begins.
    private var start = 0
    private var used = 0
    /// The number of the oldest entry kept.
    private(set) var oldest: Int64 = 1
    /// The number of the newest entry; one less than `oldest` when there is none.
    private(set) var newest: Int64 = 0

    /// - Parameter bytes: the bound, entries with their heads.
    init(bytes: Int) { bound = max(TraceBounds.leastBytes, bytes) }

    /// Bytes held.
    var allocatedBytes: Int { storage.count }

    /// Adds an entry. `content` has at most a quarter of the bound.
    mutating func append(_ kind: TraceCode, connection: Int, at moment: Timestamp, _ content: UnsafeRawBufferPointer) {
        let needed = Head.bytes + content.count
        guard needed <= bound else { return }
        makeRoom(for: needed)
        withUnsafeTemporaryAllocation(byteCount: Head.bytes, alignment: 8) { head in
            head.storeBytes(of: moment.microseconds, as: Int64.self)
            head.storeBytes(of: UInt32(content.count).littleEndian, toByteOffset: Head.length, as: UInt32.self)
            head.storeBytes(of: UInt32(truncatingIfNeeded: connection), toByteOffset: Head.connection, as: UInt32.self)
            head.storeBytes(of: kind.rawValue, toByteOffset: Head.kind, as: UInt8.self)
            write(UnsafeRawBufferPointer(head))
        }
        write(content)
        newest += 1
    }

    /// The entries after number `after`, oldest first, at most so many.
    func entries(after: Int64, limit: Int) -> [TraceEntry] {
        var entries: [TraceEntry] = []
        var offset = start
        var number = oldest
        while number <= newest, entries.count < limit {
            if number > after, let entry = entry(number, at: offset) { entries.append(entry) }
            offset = place(after: offset, Head.bytes + length(at: offset))
            number += 1
        }
        return entries
    }

    private func entry(_ number: Int64, at offset: Int) -> TraceEntry? {
        let head = read(Head.bytes, at: offset)
        guard let code = TraceCode(rawValue: head[Head.kind]) else { return nil }
        let content = read(length(at: offset), at: place(after: offset, Head.bytes))
        return head.withUnsafeBytes { head in
            TraceEntry(
                sequence: number, time: Timestamp(microseconds: head.loadUnaligned(as: Int64.self)),
                connection: Int(head.loadUnaligned(fromByteOffset: Head.connection, as: UInt32.self)),
                kind: code.kind(of: content))
        }
    }

    // MARK: - The bytes

    private mutating func makeRoom(for needed: Int) {
        if used + needed > storage.count, storage.count < bound { grow(to: used + needed) }
        while used + needed > storage.count {
            let length = Head.bytes + length(at: start)
            start = place(after: start, length)
            used -= length
            oldest += 1
        }
    }

    private mutating func grow(to needed: Int) {
        var size = max(1_024, storage.count)
        while size < needed, size < bound { size *= 2 }
        var larger = [UInt8](repeating: 0, count: min(size, bound))
        larger.replaceSubrange(..<used, with: read(used, at: start))
        storage = larger
        start = 0
    }

    /// The length of an entry's content, little-endian, which may lie across the end of the ring.
    private func length(at offset: Int) -> Int {
        (0..<4).reduce(0) { sum, index in
            sum | Int(storage[place(after: offset, Head.length + index)]) << (8 * index)
        }
    }

    private func place(after offset: Int, _ count: Int) -> Int {
        let sum = offset + count
        return sum < storage.count ? sum : sum - storage.count
    }

    private mutating func write(_ source: UnsafeRawBufferPointer) {
        guard !source.isEmpty else { return }
        let offset = place(after: start, used)
        let first = min(source.count, storage.count - offset)
        storage.withUnsafeMutableBytes { target in
            UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + first])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<first]))
            UnsafeMutableRawBufferPointer(rebasing: target[..<(source.count - first)])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[first...]))
        }
        used += source.count
    }

    private func read(_ count: Int, at offset: Int) -> [UInt8] {
        let first = min(count, storage.count - offset)
        return Array(storage[offset..<offset + first]) + storage[..<(count - first)]
    }
}

extension TraceRing: HoldsPatientData {}
