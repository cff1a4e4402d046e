#include "server/publish/change_report.h"

#include <algorithm>
#include <ctime>

#include "dns/rr_types.h"

namespace server {

namespace {

constexpr int64_t kDay = 24 * 3600;

bool is_signature(uint16_t type) {
    return type == dns::type::RRSIG || type == dns::type::NSEC || type == dns::type::NSEC3;
}

// Whether the records are the same but for their TTL.
bool only_ttl_differs(const zones::RrsetView& before, const zones::RrsetView& after) {
    if (before.count() != after.count()) return false;
    auto other = after.begin();
    for (zones::RecordView record : before) {
        dns::Octets a = record.rdata(), b = (*other).rdata();
        if (!std::equal(a.begin(), a.end(), b.begin(), b.end())) return false;
        ++other;
    }
    return before.ttl() != after.ttl();
}

}  // namespace

std::string until_text(dns::UnixTime until, dns::UnixTime now) {
    std::time_t seconds = until;
    std::tm time{};
    ::gmtime_r(&seconds, &time);
    char text[64];
    bool same_day = until / kDay == now / kDay;
    size_t size = std::strftime(text, sizeof text, same_day ? "%H:%M:%SZ" : "%F %H:%M:%SZ", &time);
    return {text, size};
}

std::string ChangeReport::owner_text(dns::NameView owner) const {
    dns::Name absolute;
    dns::Name::join(owner, origin_, absolute);
    std::string text = dns::to_text(absolute);
    if (text.size() > 1) text.pop_back();  // as people write names
    return text;
}

void ChangeReport::add(dns::NameView owner, const zones::RrsetView& before,
                       const zones::RrsetView& after) {
    uint16_t type = before ? before.type() : after.type();
    if (type == dns::type::SOA) return;
    ++count_;
    if (is_signature(type)) {
        ++signatures_;
        return;
    }
    uint32_t ttl = before ? before.ttl() : negative_ttl_;
    if (lines_.size() >= kMostLines) {
        longest_ = std::max(longest_, ttl);
        return;
    }
    std::string line = owner_text(owner) + " " + dns::type_text(type);
    if (!before)
        line += " is new; caches may hold that there was none until ";
    else if (!after)
        line += " is gone; caches may hold it until ";
    else if (only_ttl_differs(before, after))
        line += " has TTL " + std::to_string(after.ttl()) + ", it was " +
                std::to_string(before.ttl()) + "; caches may hold the old one until ";
    else
        line += " changed; caches may hold the old answer until ";
    lines_.push_back({line, ttl});
}

std::vector<std::string> ChangeReport::lines(dns::UnixTime now) const {
    std::vector<std::string> lines;
    for (const Line& line : lines_) lines.push_back(line.text + until_text(now + line.ttl, now));
    size_t rest = count_ - signatures_ - lines_.size();
    if (rest > 0)
        lines.push_back("... and " + std::to_string(rest) +
                        " more; caches may hold old answers until " +
                        until_text(now + longest_, now));
    return lines;
}

}  // namespace server
