#include "server/cli/zone_lines.h"

#include <algorithm>

#include "dns/rdata_text.h"
#include "zones/parallel.h"

namespace server {

namespace {

// SOA first, then by type; signatures behind what they cover.
struct PrintOrder {
    uint16_t type;
    bool signature;

    explicit PrintOrder(const zones::RrsetView& rrset)
        : type(rrset.type() == dns::type::RRSIG ? rrset.covered() : rrset.type()),
          signature(rrset.type() == dns::type::RRSIG) {}
    bool operator<(const PrintOrder& other) const {
        bool soa = type == dns::type::SOA, other_soa = other.type == dns::type::SOA;
        if (soa != other_soa) return soa;
        if (type != other.type) return type < other.type;
        return signature < other.signature;
    }
};

constexpr size_t kNamesPerPiece = 1024;
constexpr size_t kPiecesPerThread = 8;

}  // namespace

void sort_for_print(const zones::NodeView& node, std::vector<zones::RrsetView>& out) {
    out.clear();
    for (size_t i = 0; i < node.rrset_count(); ++i) out.push_back(node.rrset(i));
    std::sort(out.begin(), out.end(), [](const zones::RrsetView& a, const zones::RrsetView& b) {
        return PrintOrder(a) < PrintOrder(b);
    });
}

void append_record_line(std::string& out, const std::string& owner,
                        const zones::RecordView& record) {
    out += owner;
    out += '\t';
    out += std::to_string(record.ttl());
    out += "\tIN\t";
    dns::append_type(out, record.type());
    out += '\t';
    dns::append_rdata_text(out, record.type(), record.rdata());
    out += '\n';
}

void make_zone_lines(const zones::Zone& zone, unsigned threads,
                     const std::function<bool(std::string_view)>& use) {
    // Threads want ranks, which changes do not have.
    std::shared_ptr<const zones::Zone> folded = zone.changes().empty() ? nullptr : zone.fold();
    const zones::Zone& whole = folded ? *folded : zone;
    size_t names = whole.base().name_count();
    std::vector<std::string> pieces(size_t{threads} * kPiecesPerThread);
    for (size_t first = 0; first < names; first += pieces.size() * kNamesPerPiece) {
        zones::share_out(threads, pieces.size(), [&](size_t piece) {
            std::string& out = pieces[piece];
            out.clear();
            size_t begin = std::min(first + piece * kNamesPerPiece, names);
            size_t end = std::min(begin + kNamesPerPiece, names);
            std::vector<zones::RrsetView> rrsets;
            for (size_t rank = begin; rank < end; ++rank) {
                zones::NodeView node = whole.base().by_rank(rank);
                if (node.is_empty()) continue;
                std::string owner = dns::to_text(whole.absolute(node.name()));
                sort_for_print(node, rrsets);
                for (const zones::RrsetView& rrset : rrsets)
                    for (zones::RecordView record : rrset) append_record_line(out, owner, record);
            }
        });
        for (const std::string& piece : pieces)
            if (!piece.empty() && !use(piece)) return;
    }
}

}  // namespace server
