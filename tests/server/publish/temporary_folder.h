// A folder on the real disk, for as long as a test lasts.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace apex_tests {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name =
            std::filesystem::temp_directory_path().string() + "/apex-" + std::string(6, 'X');
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::string& path() const { return path_; }
    std::string at(const std::string& name) const { return path_ + "/" + name; }
    std::string read(const std::string& name) const {
        std::ifstream file(at(name), std::ios::binary);
        REQUIRE(file.good());
        return {std::istreambuf_iterator<char>(file), {}};
    }
    size_t entries() const {
        auto all = std::filesystem::directory_iterator(path_);
        return static_cast<size_t>(std::distance(begin(all), end(all)));
    }
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
        std::ofstream(at(name), std::ios::binary) << text;
    }

  private:
    std::string path_;
};

}  // namespace apex_tests
