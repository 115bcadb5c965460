/// Where libFuzzer enters; `run.sh` says which target `FuzzTarget` is.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: count))
    if let broken = FuzzTarget.check(input) { fatalError(broken) }
    return 0
}
