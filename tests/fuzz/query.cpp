// Any octets as a request: nothing is read beyond them, what is found lies within, and a request
// that is read on the short way is read alike on the long one.
#include <cstdlib>
#include <vector>

#include "dns/message_reader.h"
#include "dns/query.h"

namespace {

void check_within(dns::Octets message, const dns::Query& query) {
    auto within = [&](const uint8_t* data, size_t size) {
        return data >= message.data() && data + size <= message.data() + message.size();
    };
    if (query.question_end > message.size() || query.tsig_at > message.size()) std::abort();
    if (query.has_question && !within(query.name.data(), query.name.size())) std::abort();
    const dns::Octets cookie = query.edns.cookie;
    if (!cookie.empty() && !within(cookie.data(), cookie.size())) std::abort();
}

// With a record before the others of the additional section.
void check_long_way(dns::Octets message, const dns::Query& query, dns::Reading reading) {
    constexpr uint8_t kRecord[] = {0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0};
    const uint16_t additional = dns::load16(message.data() + 10);
    if (!query.has_question || additional == 0xffff || dns::load32(message.data() + 6) != 0) return;
    std::vector<uint8_t> longer(message.begin(), message.end());
    dns::store16(&longer[10], static_cast<uint16_t>(additional + 1));
    longer.insert(longer.begin() + static_cast<ptrdiff_t>(query.question_end), std::begin(kRecord),
                  std::end(kRecord));
    dns::Query again;
    if (dns::read_query(longer, again) != reading) std::abort();
    if (again.edns.present != query.edns.present || again.edns.udp_size != query.edns.udp_size ||
        again.edns.dnssec_ok != query.edns.dnssec_ok ||
        again.edns.cookie.size() != query.edns.cookie.size())
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    dns::Octets message(data, size);
    dns::Query query;
    dns::Reading reading = dns::read_query(message, query);
    if (reading == dns::Reading::silent) return 0;
    check_within(message, query);
    // Owners may lead to octets that move when a record is put before them.
    auto whole = dns::read_message(message);
    if (dns::load16(data + 10) <= 1 && (whole.ok() || reading == dns::Reading::good))
        check_long_way(message, query, reading);
    // What a client reads as a plain query, the server reads too.
    if (!whole.ok() || query.opcode() != dns::opcode::query || !query.has_question) return 0;
    for (const dns::MessageRecord& record : whole->records)
        if (record.type == dns::type::OPT || record.type == 250) return 0;
    if (reading != dns::Reading::good) std::abort();
    return 0;
}
