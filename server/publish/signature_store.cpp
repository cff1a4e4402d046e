#include "server/publish/signature_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

#include "server/publish/disk_files.h"

namespace server {

namespace {

using signer::SignableRrset;
using signer::SignatureDigest;
using signer::ZoneKey;

// As much as is there, up to `size`.
size_t read_at(int descriptor, uint64_t at, uint8_t* to, size_t size) {
    size_t filled = 0;
    while (filled < size) {
        ssize_t got =
            ::pread(descriptor, to + filled, size - filled, static_cast<off_t>(at + filled));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        filled += static_cast<size_t>(got);
    }
    return filled;
}

uint64_t word_at(const uint8_t* at) {
    uint64_t number = 0;
    for (size_t i = 0; i < 8; ++i) number = number << 8 | at[i];
    return number;
}

}  // namespace

// The signatures of one stretch.
class SignatureStore::Room : public signer::StretchSignatures {
  public:
    std::span<const Set> sets() const override { return sets_; }
    dns::Octets find(const SignatureDigest& digest) override {
        if (!has_digests_) read_digests();
        auto at = std::lower_bound(
            found_.begin(), found_.end(), digest.first,
            [](const Found& found, uint64_t first) { return found.digest.first < first; });
        for (; at != found_.end() && at->digest.first == digest.first; ++at)
            if (at->digest == digest) return at->rrsig;
        return {};
    }

    bool load(int descriptor, const SignatureBlock& block, uint64_t body_at) {
        sets_.clear();
        found_.clear();
        has_digests_ = true;
        octets_.clear();
        octets_.reserve(block.body_size + size_t{8});
        if (read_at(descriptor, body_at, octets_.data(), block.body_size) != block.body_size)
            return false;
        const dns::Octets body(octets_.data(), block.body_size);
        if (signature_checksum(body) != block.body_checksum) return false;
        Set set;
        for (size_t at = 0; at < body.size();) {
            if (!next_set(body, at, set)) return false;
            sets_.push_back(set);
        }
        descriptor_ = descriptor;
        digests_at_ = body_at + block.body_size;
        digests_ = block.signatures;
        has_digests_ = false;
        return true;
    }

  private:
    struct Found {
        SignatureDigest digest;
        dns::Octets rrsig;
    };

    void read_digests() {
        has_digests_ = true;
        size_t records = 0;
        for (const Set& set : sets_) records += set.count;
        if (records != digests_) return;
        std::vector<uint8_t> octets(8 + records * SignatureBlock::kDigest);
        if (read_at(descriptor_, digests_at_, octets.data(), octets.size()) != octets.size() ||
            signature_checksum(dns::Octets(octets).subspan(8)) != word_at(octets.data()))
            return;
        const uint8_t* digest = octets.data() + 8;
        for (const Set& set : sets_)
            for (size_t at = 0; at < set.records.size(); digest += SignatureBlock::kDigest) {
                zones::RecordView record(set.records.data() + at);
                at += record.wire().size();
                found_.push_back({{word_at(digest), word_at(digest + 8)}, record.rdata()});
            }
        std::sort(found_.begin(), found_.end(),
                  [](const Found& a, const Found& b) { return a.digest.first < b.digest.first; });
    }

    zoneparser::OctetBuffer octets_;
    std::vector<Set> sets_;
    int descriptor_ = -1;
    uint64_t digests_at_ = 0;
    size_t digests_ = 0;
    bool has_digests_ = true;
    std::vector<Found> found_;  // by digest
};

SignatureStore::SignatureStore(std::string path) : path_(std::move(path)) {}

SignatureStore::~SignatureStore() {
    forget();
}

// ---- reading -----------------------------------------------------------------------------------

dns::Result<void> SignatureStore::read() {
    forget();
    stored_ = loose_ = 0;
    good_ = 0;
    met_damage_ = false;
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) {
        if (errno == ENOENT) return {};
        return dns::Fault{"cannot read '" + path_ + "': " + system_fault(errno).sentence};
    }
    struct stat status;
    if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode))
        return dns::Fault{"'" + path_ + "' is no file"};
    const auto size = static_cast<uint64_t>(status.st_size);
    uint8_t magic[kSignatureMagic.size()];
    if (read_at(descriptor_, 0, magic, sizeof magic) == sizeof magic &&
        std::memcmp(magic, kSignatureMagic.data(), sizeof magic) == 0) {
        good_ = sizeof magic;
        for (uint64_t next; read_block(good_, size, next);) good_ = next;
    }
    if (good_ == size) return {};
    return dns::Fault{"'" + path_ + "' is damaged from octet " + std::to_string(good_) +
                      " on; what stood there is signed anew"};
}

bool SignatureStore::read_block(uint64_t at, uint64_t end, uint64_t& next) {
    std::array<uint8_t, SignatureBlock::kHead + 2 * dns::kMaxName> octets;
    const size_t got = read_at(descriptor_, at, octets.data(), octets.size());
    SignatureBlock head;
    if (!SignatureBlock::read({octets.data(), got}, head) || head.size() > end - at) return false;
    const uint64_t body = at + SignatureBlock::kHead + head.names_size();
    const bool taken = head.kind == SignatureBlock::kStretch
                           ? take_stretch(head, body, octets.data() + SignatureBlock::kHead)
                           : take_loose(head, body);
    next = at + head.size();
    return taken;
}

// Its signatures are read when somebody wants them.
bool SignatureStore::take_stretch(const SignatureBlock& head, uint64_t body, const uint8_t* names) {
    auto octets = std::make_unique<uint8_t[]>(head.names_size() + 1);
    std::memcpy(octets.get(), names, head.names_size());
    auto is_relative = [](const uint8_t* name, size_t size) {
        size_t at = 0;
        while (at < size && name[at] > 0 && name[at] <= dns::kMaxLabel) at += name[at] + size_t{1};
        return at == size && size > 0 && size < dns::kMaxName;
    };
    const uint8_t* last = octets.get() + head.first_size;
    if (!is_relative(octets.get(), head.first_size) || !is_relative(last, head.last_size))
        return false;
    stretches_.push_back(
        {{octets.get(), head.first_size}, {last, head.last_size}, head.names, head.digest});
    names_.push_back(std::move(octets));
    heads_.push_back(head);
    bodies_.push_back(body);
    in_stretches_ += head.signatures;
    stored_ += head.signatures;
    return true;
}

bool SignatureStore::take_loose(const SignatureBlock& head, uint64_t body) {
    const size_t begin = octets_.size();
    octets_.reserve(begin + head.body_size + 8);
    uint8_t* to = octets_.grow(head.body_size);
    if (read_at(descriptor_, body, to, head.body_size) != head.body_size) return false;
    const dns::Octets octets(to, head.body_size);
    if (signature_checksum(octets) != head.body_checksum) return false;
    LooseSignature loose;
    for (size_t at = 0; at < octets.size();) {
        if (!next_loose(octets, at, loose)) return false;
        signer::RrsigView rrsig;
        if (signer::read_rrsig(loose.rrsig, rrsig))
            put(loose.digest, static_cast<uint64_t>(loose.rrsig.data() - 2 - octets_.data()));
        ++stored_;
        ++loose_;
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
    return word_at(octets_.data() + at - 8);
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
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    octets_ = {};
    std::vector<Slot>().swap(slots_);
    count_ = in_stretches_ = 0;
    stretches_ = {};
    names_.clear();
    heads_ = {};
    bodies_ = {};
}

dns::Octets SignatureStore::find(dns::NameView relative, const SignableRrset& rrset,
                                 const ZoneKey& key) const {
    static_cast<void>(relative);
    if (slots_.empty()) return {};
    const Slot* slot = slot_of(signature_digest(rrset, key));
    if (slot->at == 0) return {};
    const uint8_t* entry = octets_.data() + slot->at;
    return {entry + 2, static_cast<size_t>(entry[0] << 8 | entry[1])};
}

std::unique_ptr<signer::StretchSignatures> SignatureStore::make_room() const {
    if (stretches_.empty()) return nullptr;
    return std::make_unique<Room>();
}

bool SignatureStore::load(size_t stretch, signer::StretchSignatures& room) const {
    if (static_cast<Room&>(room).load(descriptor_, heads_[stretch], bodies_[stretch])) return true;
    met_damage_ = true;
    return false;
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
    SignatureWriter out(file.number());
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
            out.add_loose({change.owner, number, covered.wire()}, rrsig.wire(), keys);
    }
    out.flush();
    if (!out.written().ok()) return cannot_write(path_, out.written().fault());
    if (::fdatasync(file.number()) != 0) return cannot_write(path_, system_fault(errno));
    good_ += out.octets();
    stored_ += out.signatures();
    loose_ += out.loose();
    return {};
}

dns::Result<void> SignatureStore::rewrite(const zones::Zone& zone, std::span<const ZoneKey> keys) {
    const std::string next = path_ + ".new";
    Descriptor file(
        ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.open()) return cannot_write(next, system_fault(errno));
    auto written = write_all(file.number(), kSignatureMagic);
    SignatureWriter out(file.number());
    if (written.ok()) {
        out.write_zone(zone, keys);
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
    good_ = kSignatureMagic.size() + out.octets();
    stored_ = out.signatures();
    loose_ = out.loose();
    return {};
}

}  // namespace server
