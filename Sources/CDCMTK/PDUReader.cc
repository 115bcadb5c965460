#include "PDUReader.h"

namespace cdcmtk {

namespace {
size_t number(const uint8_t *bytes) {
    return size_t(bytes[0]) << 24 | size_t(bytes[1]) << 16 | size_t(bytes[2]) << 8 | size_t(bytes[3]);
}
}  // namespace

PDUReader::Head PDUReader::head(const uint8_t *bytes) {
    size_t count = number(bytes + 2);
    switch (bytes[0]) {
    case 0x04: return {Kind::data, count};
    case 0x05: return {Kind::releaseRequest, count};
    case 0x06: return {Kind::releaseReply, count};
    case 0x07: return {Kind::abort, count};
    case 0x01:
    case 0x02:
    case 0x03: return {Kind::unexpected, count};
    default: return {Kind::unknown, count};
    }
}

uint8_t *PDUReader::room(size_t bodyBytes) {
    position = 0;
    body.resize(bodyBytes);
    return body.data();
}

bool PDUReader::isWhole() const {
    size_t at = 0;
    while (body.size() - at >= lengthBytes) {
        size_t count = number(body.data() + at);
        at += lengthBytes;
        if (count < fragmentHeadBytes || count > body.size() - at) return false;
        at += count;
    }
    return at == body.size() && at > 0;
}

PDUReader::Fragment PDUReader::next() {
    const uint8_t *start = body.data() + position;
    size_t count = number(start);
    position += lengthBytes + count;
    const uint8_t *content = start + lengthBytes;
    return {content[0], (content[1] & 1) != 0, (content[1] & 2) != 0, content + fragmentHeadBytes,
            count - fragmentHeadBytes};
}

}  // namespace cdcmtk
