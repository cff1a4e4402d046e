#include "server/publish/cookie_store.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "server/publish/disk_files.h"
#include "tests/server/publish/temporary_folder.h"

namespace apex_tests {

namespace {

constexpr const char* kOne = "000102030405060708090a0b0c0d0e0f";
constexpr const char* kTwo = "FFEEDDCCBBAA99887766554433221100";

bool same(const dns::SipKey& a, const dns::SipKey& b) {
    return a.k0 == b.k0 && a.k1 == b.k1;
}

}  // namespace

TEST_CASE("cookie secrets: the configuration's come first, in its order") {
    server::DiskFiles files;
    server::ServerOptions options;
    options.cookie_secrets = {kOne, kTwo};
    options.cookie_secret_file = "/none";
    auto secrets = server::cookie_secrets(options, "", files);
    REQUIRE(secrets.ok());
    CHECK(secrets->count == 2);
    uint8_t octets[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    CHECK(same(secrets->keys[0], dns::cookie_key(octets)));
}

TEST_CASE("cookie secrets: a file of them") {
    TemporaryFolder folder;
    server::DiskFiles files;
    server::ServerOptions options;
    options.cookie_secret_file = folder.at("secrets");
    CHECK_FALSE(server::cookie_secrets(options, "", files).ok());
    for (const std::string& good :
         {std::string(kOne), std::string(kOne) + "\r\n\n" + kTwo + "\n"}) {
        folder.write("secrets", good);
        auto secrets = server::cookie_secrets(options, "", files);
        REQUIRE(secrets.ok());
        CHECK(secrets->count == (good.size() > 40 ? 2 : 1));
    }
    for (const std::string& bad : {std::string(), std::string("\n"), std::string(kOne).substr(1),
                                   std::string(kOne) + "0", "x" + std::string(kOne).substr(1),
                                   std::string(kOne) + "\n" + kTwo + "\n" + kOne + "\n"}) {
        CAPTURE(bad);
        folder.write("secrets", bad);
        CHECK_FALSE(server::cookie_secrets(options, "", files).ok());
    }
}

TEST_CASE("cookie secrets: our own is made once, for its owner alone, and outlives the process") {
    TemporaryFolder folder;
    server::DiskFiles files;
    auto first = server::cookie_secrets({}, folder.path(), files);
    auto second = server::cookie_secrets({}, folder.path(), files);
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    CHECK(first->count == 1);
    CHECK(same(first->keys[0], second->keys[0]));
    struct stat status;
    REQUIRE(::stat(folder.at("cookie-secret").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK_FALSE(server::cookie_secrets({}, folder.at("missing"), files).ok());
    // Without a state folder it is chance.
    CHECK_FALSE(same(server::cookie_secrets({}, "", files)->keys[0],
                     server::cookie_secrets({}, "", files)->keys[0]));
}

}  // namespace apex_tests
