#include "server/config/read_text.h"

namespace server {

namespace {

// A configuration longer than this is none.
constexpr size_t kMostOctets = size_t{1} << 28;
constexpr int64_t kSecond = 1'000'000'000;

}  // namespace

dns::FileIdentity settled(const dns::FileIdentity& identity, dns::UnixTime now) {
    bool young = now != 0 && identity.changed_ns / kSecond >= now - 1;
    return young ? dns::FileIdentity() : identity;
}

dns::Result<ReadText> read_text(const dns::Files& files, const std::string& path,
                                dns::UnixTime now) {
    auto file = files.open(path);
    if (!file.ok()) return file.fault();
    const dns::FileIdentity identity = file.value()->opened_as();
    if (identity.size > kMostOctets) return dns::Fault{"File too large"};
    auto text = std::make_shared<std::string>(identity.size, '\0');
    auto got = file.value()->read_at(0, {text->data(), text->size()});
    if (!got.ok()) return got.fault();
    auto after = file.value()->identity();
    if (!after.ok()) return after.fault();
    if (!(after.value() == identity)) return dns::Fault{"It changed while it was read"};
    text->resize(got.value());
    return ReadText{std::move(text), settled(identity, now)};
}

}  // namespace server
