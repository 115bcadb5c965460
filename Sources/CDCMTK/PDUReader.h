#ifndef CDCMTK_PDU_READER_H
#define CDCMTK_PDU_READER_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cdcmtk {

/// The PDUs of an association once it stands (PS3.8 9.3.5 to 9.3.8), taken apart into fragments.
///
/// DCMTK 3.6.7 moves on from one fragment to the next by the length of the wrong one: three fragments of different
/// lengths in one PDU make it read beyond the PDU, and end the process.
class PDUReader {
public:
    static constexpr size_t headBytes = 6;

    enum class Kind { data, releaseRequest, releaseReply, abort, unexpected, unknown };
    /// What a head announces, and how many bytes follow it.
    struct Head {
        Kind kind;
        size_t bodyBytes;
    };
    static Head head(const uint8_t *bytes);

    /// One fragment of a command set or a data set (PS3.8 9.3.5.1 and Annex E).
    struct Fragment {
        uint8_t contextID;
        bool isCommand;
        bool isLast;
        const uint8_t *bytes;
        size_t count;
    };

    /// Where the body of a data PDU goes; valid until the next call.
    uint8_t *room(size_t bodyBytes);
    /// Whether what is in the room is fragments and nothing else, at least one. To be called once it is full.
    bool isWhole() const;
    bool hasFragment() const { return position < body.size(); }
    /// The next fragment of a whole body; valid until the next call of `room`.
    Fragment next();
    void clear() { body.clear(); position = 0; }

private:
    static constexpr size_t lengthBytes = 4;
    /// Context and message control header.
    static constexpr size_t fragmentHeadBytes = 2;
    std::vector<uint8_t> body;
    size_t position = 0;
};

}  // namespace cdcmtk
#endif
