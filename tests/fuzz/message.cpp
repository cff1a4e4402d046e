// Any octets as a message: what is read is written again, and read once more to the same.
#include <cstdlib>
#include <memory>

#include "tests/support/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    auto message = dns::read_message({data, size});
    if (!message.ok()) {
        if (message.fault().sentence.empty()) std::abort();
        return 0;
    }
    auto buffer = std::make_unique_for_overwrite<uint8_t[]>(dns::kMaxMessage);
    dns::MessageWriter writer(nullptr, 0);
    // What was compressed well may not fit when it is compressed as a server does.
    if (!apex_tests::write_message(*message, buffer.get(), dns::kMaxMessage, writer)) return 0;
    auto again = dns::read_message({buffer.get(), writer.size()});
    if (!again.ok() || !apex_tests::same_message(*again, *message)) std::abort();
    return 0;
}
