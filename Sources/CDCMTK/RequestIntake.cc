#include "RequestIntake.h"

#include <algorithm>
#include <cstring>

namespace cdcmtk {

namespace {
const uint8_t associateRequest = 0x01;
/// Reason of A-ABORT: invalid PDU parameter value (PS3.8 table 9-26).
const uint8_t invalidParameter = 6;
}  // namespace

void RequestIntake::take(const uint8_t *part, size_t count) {
    bytes.insert(bytes.end(), part, part + count);
    if (bytes.size() == headBytes && target == headBytes) return headIsThere();
    if (wanted() == 0) refused = check(bytes.data(), bytes.size());
}

void RequestIntake::headIsThere() {
    if (bytes[0] != associateRequest) return;
    size_t body = size_t(bytes[2]) << 24 | size_t(bytes[3]) << 16 | size_t(bytes[4]) << 8 | size_t(bytes[5]);
    if (body > maxBytes - std::min(maxBytes, headBytes)) {
        refused = {CDCMTK_FAULT_TOO_LARGE, 0, 0, invalidParameter};
        return;
    }
    target = headBytes + body;
    bytes.reserve(target);
    if (body == 0) refused = check(bytes.data(), bytes.size());
}

size_t RequestIntake::hand(uint8_t *buffer, size_t count) {
    size_t part = std::min(count, bytes.size() - handed);
    if (part > 0) std::memcpy(buffer, bytes.data() + handed, part);
    handed += part;
    return part;
}

}  // namespace cdcmtk
