#include "server/publish/disk_files.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "server/publish/streams.h"
#include "server/publish/system.h"
#include "tests/server/publish/temporary_folder.h"

namespace apex_tests {

namespace {

std::string read_all(const dns::Files& files, const std::string& path) {
    auto file = files.open(path);
    REQUIRE(file.ok());
    std::string text(1000, '\0');
    auto got = file.value()->read_at(0, {text.data(), text.size()});
    REQUIRE(got.ok());
    return text.substr(0, got.value());
}

}  // namespace

TEST_CASE("disk: what is written whole is read again") {
    TemporaryFolder folder;
    server::DiskFiles files;
    std::string path = folder.at("a");
    CHECK(files.write_whole(path, "first").ok());
    CHECK(read_all(files, path) == "first");
    auto before = files.open(path).value()->identity().value();
    CHECK(before.size == 5);
    CHECK(files.write_whole(path, "").ok());
    CHECK(read_all(files, path) == "");
    CHECK_FALSE(files.open(path).value()->identity().value() == before);
    CHECK(folder.entries() == 1);
}

TEST_CASE("disk: a new version keeps the mode, a new file is its owner's alone") {
    TemporaryFolder folder;
    server::DiskFiles files;
    std::string path = folder.at("a");
    REQUIRE(files.write_whole(path, "x").ok());
    struct stat status;
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    REQUIRE(::chmod(path.c_str(), 0640) == 0);
    REQUIRE(files.write_whole(path, "y").ok());
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("disk: writing that fails leaves what was there") {
    TemporaryFolder folder;
    server::DiskFiles files;
    CHECK_FALSE(files.write_whole(folder.at("missing/a"), "x").ok());
    std::filesystem::create_directory(folder.at("sub"));
    std::ofstream(folder.at("sub/kept")) << "x";
    CHECK_FALSE(files.write_whole(folder.at("sub"), "x").ok());
    CHECK(folder.entries() == 1);
    CHECK(read_all(files, folder.at("sub/kept")) == "x");
}

TEST_CASE("disk: a new file is whole, has its mode, and takes nobody's place") {
    TemporaryFolder folder;
    server::DiskFiles files;
    std::string path = folder.at("a");
    auto mode_of = [](const std::string& of) {
        struct stat status;
        REQUIRE(::lstat(of.c_str(), &status) == 0);
        return status.st_mode & 07777;
    };
    REQUIRE(files.write_new(path, "secret", 0600).ok());
    CHECK(read_all(files, path) == "secret");
    CHECK(mode_of(path) == 0600);
    CHECK_FALSE(files.open(path).value()->readable_by_others());
    // Whatever is there stays: a file, a folder, a link to something, a link to nothing.
    std::filesystem::create_directory(folder.at("sub"));
    std::filesystem::create_symlink("a", folder.at("link"));
    std::filesystem::create_symlink("nothing", folder.at("dangling"));
    for (const char* name : {"a", "sub", "link", "dangling"}) {
        CAPTURE(name);
        auto written = files.write_new(folder.at(name), "other", 0644);
        REQUIRE_FALSE(written.ok());
        CHECK(written.fault().sentence == "File exists");
    }
    CHECK(read_all(files, path) == "secret");
    CHECK(read_all(files, folder.at("link")) == "secret");
    CHECK_FALSE(files.open(folder.at("nothing")).ok());
    CHECK(folder.entries() == 4);
    CHECK_FALSE(files.write_new(folder.at("missing/a"), "x", 0600).ok());
    // The mode is not for the umask to change.
    mode_t before = ::umask(0077);
    CHECK(files.write_new(folder.at("open"), "x", 0644).ok());
    ::umask(before);
    CHECK(mode_of(folder.at("open")) == 0644);
    CHECK(files.open(folder.at("open")).value()->readable_by_others());
}

TEST_CASE("disk: parts of a file, and what lies behind its end") {
    TemporaryFolder folder;
    server::DiskFiles files;
    REQUIRE(files.write_whole(folder.at("a"), "0123456789").ok());
    auto file = files.open(folder.at("a"));
    char octets[4];
    CHECK(file.value()->read_at(8, octets).value() == 2);
    CHECK(octets[0] == '8');
    CHECK(file.value()->read_at(100, octets).value() == 0);
}

TEST_CASE("disk: only regular files are opened") {
    TemporaryFolder folder;
    server::DiskFiles files;
    CHECK(files.open(folder.at("a")).fault().sentence == "No such file or directory");
    CHECK(files.open(folder.at("")).fault().sentence == "Is a directory");
    CHECK(files.open("/dev/zero").fault().sentence == "Not a regular file");
    REQUIRE(::mkfifo(folder.at("fifo").c_str(), 0600) == 0);
    CHECK(files.open(folder.at("fifo")).fault().sentence == "Not a regular file");
    REQUIRE(files.write_whole(folder.at("a"), "x").ok());
    CHECK_FALSE(files.open(folder.at(std::string("a\0b", 3))).ok());
    CHECK(server::is_stream(folder.at("fifo")));
    CHECK_FALSE(server::is_stream(folder.at("a")));
}

TEST_CASE("disk: real paths") {
    TemporaryFolder folder;
    server::DiskFiles files;
    REQUIRE(files.write_whole(folder.at("a"), "x").ok());
    std::filesystem::create_symlink("a", folder.at("link"));
    CHECK(files.real_path(folder.at("link")).value() == files.real_path(folder.at("a")).value());
    CHECK(files.real_path(folder.at("./link")).value() == files.real_path(folder.at("a")).value());
    CHECK_FALSE(files.real_path(folder.at("missing")).ok());
}

TEST_CASE("disk: what is known of a path, and what a folder holds") {
    TemporaryFolder folder;
    server::DiskFiles files;
    folder.write("a", "x");
    folder.write(".b", "y");
    folder.write("sub/c", "z");
    CHECK(files.identity(folder.at("a")).value() ==
          files.open(folder.at("a")).value()->identity().value());
    CHECK_FALSE(files.identity(folder.at("d")).ok());
    auto before = files.identity(folder.path());
    REQUIRE(before.ok());
    auto names = files.list(folder.path());
    REQUIRE(names.ok());
    std::sort(names->begin(), names->end());
    CHECK(names.value() == std::vector<std::string>{".b", "a"});
    CHECK_FALSE(files.list(folder.at("a")).ok());
    folder.write("d", "");
    CHECK_FALSE(files.identity(folder.path()).value() == before.value());
}

TEST_CASE("streams: everything up to the end, within a limit") {
    TemporaryFolder folder;
    std::string text(700'000, 'x');
    std::ofstream(folder.at("a")) << text;
    CHECK(*server::read_stream(folder.at("a"), 700'000).value() == text);
    CHECK_FALSE(server::read_stream(folder.at("a"), 699'999).ok());
    CHECK_FALSE(server::read_stream("/dev/zero", 1'000'000).ok());
    CHECK_FALSE(server::read_stream(folder.at("missing"), 1).ok());
}

TEST_CASE("system: cores, keys and clocks") {
    CHECK(server::usable_cores() >= 1);
    dns::SipKey one = server::random_key(), other = server::random_key();
    CHECK((one.k0 != other.k0 || one.k1 != other.k1));
    server::SystemClock clock;
    CHECK(clock.now() > 1'700'000'000);
    int64_t before = clock.steady_ns();
    CHECK(clock.steady_ns() >= before);
}

}  // namespace apex_tests
