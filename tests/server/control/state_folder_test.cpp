#include "server/control/state_folder.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace apex_tests {

namespace fs = std::filesystem;
using server::StateFolder;

namespace {

struct Folder {
    Folder() {
        char name[] = "/tmp/apex-state.XXXXXX";
        path = ::mkdtemp(name);
    }
    ~Folder() { fs::remove_all(path); }
    std::string path;
};

}  // namespace

TEST_CASE("state folder: made for its owner alone, when it is needed") {
    Folder folder;
    std::string path = folder.path + "/apex-state";
    REQUIRE(server::make_state_folder(path, ::geteuid(), ::getegid()).ok());
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    CHECK(server::make_state_folder(path, ::geteuid(), ::getegid()).ok());
    auto made = server::make_state_folder(folder.path + "/a/b", ::geteuid(), ::getegid());
    REQUIRE(!made.ok());
    CHECK(made.fault().sentence.find("No such file or directory") != std::string::npos);
}

TEST_CASE("state folder: one server at a time, and the next when it is gone") {
    Folder folder;
    auto first = StateFolder::lock(folder.path);
    REQUIRE(first.ok());
    auto second = StateFolder::lock(folder.path);
    REQUIRE(!second.ok());
    CHECK(second.fault().sentence.find("in use by the server with process number " +
                                       std::to_string(::getpid())) != std::string::npos);
    first.value().reset();
    CHECK(StateFolder::lock(folder.path).ok());
}

TEST_CASE("state folder: a lock that names nobody is still a lock") {
    Folder folder;
    auto first = StateFolder::lock(folder.path);
    REQUIRE(first.ok());
    std::ofstream(folder.path + "/lock") << "rm -rf\n";
    auto second = StateFolder::lock(folder.path);
    REQUIRE(!second.ok());
    CHECK(second.fault().sentence.find("in use by another server") != std::string::npos);
}

TEST_CASE("state folder: a link in the place of the lock is not followed") {
    Folder folder;
    fs::create_symlink(folder.path + "/victim", folder.path + "/lock");
    CHECK(!StateFolder::lock(folder.path).ok());
    CHECK(!fs::exists(folder.path + "/victim"));
}

}  // namespace apex_tests
