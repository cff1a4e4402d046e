// Any octets as stored signatures, as a whole file and as the body of a stretch whose head is
// right: no crash, and a zone that is signed with them at hand has the records that it has without.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "server/publish/signature_store.h"
#include "signer/sign_zone.h"
#include "tests/support/fake_key.h"
#include "tests/support/zone_text.h"

namespace {

using Octets = std::vector<uint8_t>;

constexpr char kText[] =
    "@ 300 SOA ns h 1 1h 15m 2w 10m\n@ 300 NS ns\nns 300 A 192.0.2.1\nwww 300 A 192.0.2.2\n"
    "sub 300 NS ns.sub\nns.sub 300 A 192.0.2.3\n*.w 300 TXT \"any\"\n";

// A file without a name on any disk.
class Memory {
  public:
    explicit Memory(const Octets& octets) : number_(::memfd_create("signatures", MFD_CLOEXEC)) {
        if (number_ < 0 || ::write(number_, octets.data(), octets.size()) < 0) std::abort();
    }
    ~Memory() { ::close(number_); }
    int number() const { return number_; }
    std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }
    Octets octets() const {
        Octets all(static_cast<size_t>(::lseek(number_, 0, SEEK_END)));
        if (::pread(number_, all.data(), all.size(), 0) < 0) std::abort();
        return all;
    }

  private:
    int number_;
};

struct World {
    std::vector<signer::ZoneKey> keys{apex_tests::fake_zone_key(1, apex_tests::FakeRole::csk)};
    apex_tests::CheckedText text =
        apex_tests::check_text(apex_tests::make_name("a.example"), kText);
    std::shared_ptr<const zones::Zone> made;
    server::SignatureBlock stretch;
    Octets names;

    World() {
        made = sign(nullptr);
        Memory file({});
        server::SignatureWriter writer(file.number());
        writer.write_zone(*made, keys);
        // The stretch is written first, since it is full first; the apex waits for flush().
        const Octets octets = file.octets();
        if (!server::SignatureBlock::read(octets, stretch)) std::abort();
        auto begin = octets.begin() + server::SignatureBlock::kHead;
        names.assign(begin, begin + static_cast<ptrdiff_t>(stretch.names_size()));
    }
    std::shared_ptr<const zones::Zone> sign(const signer::SignatureSource* reuse) const {
        signer::SigningOptions options;
        options.now = 1'800'000'000;
        options.reuse = reuse;
        auto zone = signer::sign_zone(*text.zone, keys, options);
        if (!zone.ok()) std::abort();
        return zone.value();
    }
    void try_file(const Octets& octets) const {
        Memory file(octets);
        server::SignatureStore store(file.path());
        static_cast<void>(store.read());
        auto zone = sign(&store);
        if (zone->name_count() != made->name_count() ||
            zone->record_count() != made->record_count())
            std::abort();
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const World world;
    const Octets octets(data, data + size);
    world.try_file(octets);

    Octets file(server::kSignatureMagic.begin(), server::kSignatureMagic.end());
    server::SignatureBlock block = world.stretch;
    block.body_size = static_cast<uint32_t>(size);
    block.body_checksum = server::signature_checksum(octets);
    block.signatures = 0;
    block.write(world.names, file);
    file.insert(file.end(), data, data + size);
    file.resize(file.size() + block.digests_size());
    server::SignatureBlock loose;
    loose.body_size = block.body_size;
    loose.body_checksum = block.body_checksum;
    loose.write({}, file);
    file.insert(file.end(), data, data + size);
    world.try_file(file);
    return 0;
}
