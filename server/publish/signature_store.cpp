#include "server/publish/signature_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "dns/message.h"
#include "dns/name_hash.h"
#include "server/publish/disk_files.h"

namespace server {

namespace {

using signer::SignableRrset;
using signer::ZoneKey;

constexpr std::string_view kMagic = "apexsig1";
constexpr size_t kBlockHead = 12, kEntryHead = 18;
constexpr size_t kUsualEntry = 110;  // of an algorithm with signatures of 64 octets
constexpr size_t kBlock = 1 << 20;   // octets of entries, about
// Keys of the digests: files move between machines.
constexpr dns::SipKey kFirst{0x6170657820736967, 0x6e61747572652031};
constexpr dns::SipKey kSecond{0x6170657820736967, 0x6e61747572652032};
constexpr dns::SipKey kChecksum{0x6170657820736967, 0x636865636b73756d};

uint64_t digest_part(dns::SipKey key, const SignableRrset& rrset, const ZoneKey& zone_key) {
    dns::NameHash owner(key);
    owner.absorb(rrset.owner);
    dns::SipState<1, 3> state({owner.digest(), rrset.type});
    state.absorb(dns::siphash<1, 3>(key, rrset.wire.data(), rrset.wire.size()));
    state.absorb(dns::siphash<1, 3>(key, zone_key.dnskey.data(), zone_key.dnskey.size()));
    return state.digest();
}

void put_number(std::vector<uint8_t>& out, uint64_t number, size_t size) {
    for (size_t i = size; i-- > 0;) out.push_back(static_cast<uint8_t>(number >> (8 * i)));
}

uint64_t number_at(const uint8_t* at, size_t size) {
    uint64_t number = 0;
    for (size_t i = 0; i < size; ++i) number = number << 8 | at[i];
    return number;
}

// Blocks on their way to a file.
class BlockWriter {
  public:
    explicit BlockWriter(int descriptor) : descriptor_(descriptor) {}

    void add(SignatureDigest digest, dns::Octets rrsig) {
        if (block_.empty()) block_.resize(kBlockHead);
        put_number(block_, digest.first, 8);
        put_number(block_, digest.second, 8);
        put_number(block_, rrsig.size(), 2);
        block_.insert(block_.end(), rrsig.begin(), rrsig.end());
        ++entries_;
        if (block_.size() >= kBlock) flush();
    }
    void flush() {
        if (block_.empty() || !written_.ok()) return;
        const uint8_t* entries = block_.data() + kBlockHead;
        const size_t size = block_.size() - kBlockHead;
        std::vector<uint8_t> head;
        put_number(head, size, 4);
        put_number(head, dns::siphash24(kChecksum, entries, size), 8);
        std::memcpy(block_.data(), head.data(), head.size());
        written_ =
            write_all(descriptor_, {reinterpret_cast<const char*>(block_.data()), block_.size()});
        octets_ += block_.size();
        block_.clear();
    }
    size_t entries() const { return entries_; }
    uint64_t octets() const { return octets_; }
    const dns::Result<void>& written() const { return written_; }

  private:
    int descriptor_;
    std::vector<uint8_t> block_;
    size_t entries_ = 0;
    uint64_t octets_ = 0;
    dns::Result<void> written_;
};

const ZoneKey* key_of(const signer::RrsigView& rrsig, std::span<const ZoneKey> keys) {
    for (const ZoneKey& key : keys)
        if (key.tag == rrsig.key_tag() && key.algorithm() == rrsig.algorithm()) return &key;
    return nullptr;
}

// The signatures of one RRset, by keys that are known.
void write_signatures(BlockWriter& out, const SignableRrset& rrset, dns::Octets rrsig_records,
                      std::span<const ZoneKey> keys) {
    for (size_t at = 0; at < rrsig_records.size();) {
        zones::RecordView record(rrsig_records.data() + at);
        at += record.wire().size();
        signer::RrsigView rrsig;
        if (!signer::read_rrsig(record.rdata(), rrsig)) continue;
        if (const ZoneKey* key = key_of(rrsig, keys))
            out.add(signature_digest(rrset, *key), record.rdata());
    }
}

void write_zone(BlockWriter& out, const zones::Zone& zone, std::span<const ZoneKey> keys) {
    for (zones::Zone::Cursor at(zone); at; at.next()) {
        const zones::NodeView& node = *at;
        const dns::Name owner = zone.absolute(node.name());
        for (size_t i = 0; i < node.rrset_count(); ++i) {
            const zones::RrsetView rrsig = node.rrset(i);
            if (rrsig.type() != dns::type::RRSIG) continue;
            const zones::RrsetView covered = node.find(rrsig.covered());
            if (!covered) continue;
            write_signatures(out, {owner, rrsig.covered(), covered.wire()}, rrsig.wire(), keys);
        }
    }
}

}  // namespace

SignatureDigest signature_digest(const SignableRrset& rrset, const ZoneKey& key) {
    return {digest_part(kFirst, rrset, key), digest_part(kSecond, rrset, key)};
}

// ---- reading -----------------------------------------------------------------------------------

dns::Result<void> SignatureStore::read() {
    forget();
    written_ = 0;
    good_ = 0;
    Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.open()) {
        if (errno == ENOENT) return {};
        return dns::Fault{"cannot read '" + path_ + "': " + system_fault(errno).sentence};
    }
    struct stat status;
    if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode))
        return dns::Fault{"'" + path_ + "' is no file"};
    const size_t size = static_cast<size_t>(status.st_size);
    octets_.reserve(size + 1);
    size_t filled = 0;
    while (filled < size) {
        ssize_t got = ::read(file.number(), octets_.data() + filled, size - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        filled += static_cast<size_t>(got);
    }
    grow(2 * filled / kUsualEntry);
    if (filled >= kMagic.size() && std::memcmp(octets_.data(), kMagic.data(), kMagic.size()) == 0) {
        good_ = kMagic.size();
        while (filled - good_ >= kBlockHead) {
            const uint8_t* head = octets_.data() + good_;
            const size_t block = number_at(head, 4);
            if (filled - good_ - kBlockHead < block) break;
            dns::Octets entries(head + kBlockHead, block);
            if (dns::siphash24(kChecksum, entries.data(), block) != number_at(head + 4, 8)) break;
            if (!take_block(entries)) break;
            good_ += kBlockHead + block;
        }
    }
    if (good_ == filled) return {};
    return dns::Fault{"'" + path_ + "' is damaged from octet " + std::to_string(good_) +
                      " on; what stood there is signed anew"};
}

bool SignatureStore::take_block(dns::Octets entries) {
    for (size_t at = 0; at < entries.size();) {
        if (entries.size() - at < kEntryHead) return false;
        const uint8_t* entry = entries.data() + at;
        const size_t size = number_at(entry + 16, 2);
        if (entries.size() - at - kEntryHead < size) return false;
        signer::RrsigView rrsig;
        if (signer::read_rrsig({entry + kEntryHead, size}, rrsig))
            put({number_at(entry, 8), number_at(entry + 8, 8)},
                static_cast<uint64_t>(entry + 16 - octets_.data()));
        ++written_;
        at += kEntryHead + size;
    }
    return true;
}

// The later of two for the same octets counts.
void SignatureStore::put(SignatureDigest digest, uint64_t at) {
    if (2 * (count_ + 1) > slots_.size()) grow(4 * (count_ + 1));
    auto* slot = const_cast<Slot*>(slot_of(digest));
    count_ += slot->at == 0;
    *slot = {digest.first, at};
}

void SignatureStore::grow(size_t slots) {
    size_t size = 64;
    while (size < slots) size *= 2;
    std::vector<Slot> before(size);
    before.swap(slots_);
    for (const Slot& slot : before)
        if (slot.at != 0) *const_cast<Slot*>(slot_of({slot.first, second_at(slot.at)})) = slot;
}

uint64_t SignatureStore::second_at(uint64_t at) const {
    return number_at(octets_.data() + at - 8, 8);
}

// The slot of that digest, or the free one where it would stand.
const SignatureStore::Slot* SignatureStore::slot_of(SignatureDigest digest) const {
    const size_t mask = slots_.size() - 1;
    size_t slot = digest.first & mask;
    while (slots_[slot].at != 0 &&
           (slots_[slot].first != digest.first || second_at(slots_[slot].at) != digest.second))
        slot = (slot + 1) & mask;
    return &slots_[slot];
}

void SignatureStore::forget() {
    octets_ = {};
    std::vector<Slot>().swap(slots_);
    count_ = 0;
}

dns::Octets SignatureStore::find(dns::NameView relative, const SignableRrset& rrset,
                                 const ZoneKey& key) const {
    static_cast<void>(relative);
    if (slots_.empty()) return {};
    const Slot* slot = slot_of(signature_digest(rrset, key));
    if (slot->at == 0) return {};
    const uint8_t* entry = octets_.data() + slot->at;
    return {entry + 2, number_at(entry, 2)};
}

// ---- writing -----------------------------------------------------------------------------------

namespace {

dns::Fault cannot_write(const std::string& path, const dns::Fault& fault) {
    return {"cannot write '" + path + "': " + fault.sentence};
}

}  // namespace

dns::Result<void> SignatureStore::append(const zones::Zone& zone, const zones::ChangeSet& changes,
                                         std::span<const ZoneKey> keys) {
    if (good_ == 0) return rewrite(zone, keys);
    Descriptor file(::open(path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.open()) return cannot_write(path_, system_fault(errno));
    // What is damaged at the end is no part of it.
    if (::ftruncate(file.number(), static_cast<off_t>(good_)) != 0 ||
        ::lseek(file.number(), static_cast<off_t>(good_), SEEK_SET) < 0)
        return cannot_write(path_, system_fault(errno));
    BlockWriter out(file.number());
    for (const zones::RrsetChange& change : changes.changes) {
        if (change.after.type != dns::type::RRSIG || change.after.count == 0) continue;
        dns::NameView relative;
        if (!zone.relative(change.owner, relative)) continue;
        // As the zone has them: what a change brought may have been changed again since.
        zones::NodeView node = zone.find(relative);
        const uint16_t number = change.after.covered;
        zones::RrsetView covered = node ? node.find(number) : zones::RrsetView();
        zones::RrsetView rrsig = node ? node.find(dns::type::RRSIG, number) : zones::RrsetView();
        if (covered && rrsig)
            write_signatures(out, {change.owner, number, covered.wire()}, rrsig.wire(), keys);
    }
    out.flush();
    if (!out.written().ok()) return cannot_write(path_, out.written().fault());
    if (::fdatasync(file.number()) != 0) return cannot_write(path_, system_fault(errno));
    good_ += out.octets();
    written_ += out.entries();
    return {};
}

dns::Result<void> SignatureStore::rewrite(const zones::Zone& zone, std::span<const ZoneKey> keys) {
    const std::string next = path_ + ".new";
    Descriptor file(
        ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.open()) return cannot_write(next, system_fault(errno));
    auto written = write_all(file.number(), kMagic);
    BlockWriter out(file.number());
    if (written.ok()) {
        write_zone(out, zone, keys);
        out.flush();
        written = out.written();
    }
    if (written.ok() && ::fsync(file.number()) != 0) written = system_fault(errno);
    if (written.ok() && !file.close()) written = system_fault(errno);
    if (written.ok() && ::rename(next.c_str(), path_.c_str()) != 0) written = system_fault(errno);
    if (written.ok()) written = sync_folder_of(path_);
    if (!written.ok()) {
        ::unlink(next.c_str());
        return cannot_write(path_, written.fault());
    }
    good_ = kMagic.size() + out.octets();
    written_ = out.entries();
    return {};
}

}  // namespace server
