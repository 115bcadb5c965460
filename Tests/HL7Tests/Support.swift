import HL7

/// A generator that gives the same numbers in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

let vt: UInt8 = 0x0B
let fs: UInt8 = 0x1C
let cr: UInt8 = 0x0D

/// A made-up result.
let result = """
    MSH|^~\\&|BC|LAB|LBR|HOSP|20261122101500||ORU^R01^ORU_R01|17|P|2.3.1||||0||UNICODE\r\
    PID|1||MRN1^^^HOSP^MR~X9^^^LOCAL||RAO^ASHA||19810402|F\r\
    OBR|1||L24-000123|00001^Count^99MRC\r\
    OBX|1|NM|6690-2^WBC^LN||7.51|10*3/uL|4.00-10.00|N~H|||F\r\
    OBX|2||^^^HGB||<0.10^|g/L|""|||  |F\r
    """

/// All tokens of some bytes fed in pieces of the given sizes, cyclically; neighbouring junk is joined, because junk is
/// handed out as it arrives.
func tokens(
    _ input: [UInt8], pieces: [Int] = [Int.max], limits: MLLPLimits = MLLPLimits(), policy: MLLPPolicy = .lenient
) -> [MLLPToken] {
    var decoder = MLLPDecoder(limits: limits, policy: policy)
    var result: [MLLPToken] = []
    func take(_ token: MLLPToken) {
        if case .junk(let new) = token, case .junk(let old)? = result.last {
            result[result.count - 1] = .junk(old + new)
        } else {
            result.append(token)
        }
    }
    var rest = input[...]
    var turn = 0
    while !rest.isEmpty {
        decoder.append(Array(rest.prefix(pieces[turn % pieces.count])))
        rest = rest.dropFirst(pieces[turn % pieces.count])
        turn += 1
        while let token = decoder.next() { take(token) }
    }
    while let token = decoder.flush() { take(token) }
    return result
}
