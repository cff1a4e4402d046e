#include "server/publish/added_zones.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <unordered_map>

#include "server/publish/streams.h"
#include "zoneparser/fields.h"

namespace server {

namespace {

constexpr size_t kMostOctets = size_t{1} << 30;

std::string add_line(const AddedZone& zone) {
    return "add\t" + dns::to_text(zone.name) + "\t" + zone.template_name + "\t" + zone.file + "\n";
}

// The words of a line between its tabs; the last takes the rest.
std::vector<std::string_view> words_of(std::string_view line, size_t most) {
    std::vector<std::string_view> words;
    while (words.size() + 1 < most) {
        size_t tab = line.find('\t');
        if (tab == std::string_view::npos) break;
        words.push_back(line.substr(0, tab));
        line.remove_prefix(tab + 1);
    }
    words.push_back(line);
    return words;
}

// The list as it is read: what a later line says of a zone holds.
class Lines {
  public:
    explicit Lines(std::vector<AddedZone>& zones) : zones_(zones) {}

    bool take(std::string_view line) {
        std::vector<std::string_view> words = words_of(line, 4);
        bool adds = words[0] == "add" && words.size() == 4;
        if (!adds && !(words[0] == "remove" && words.size() == 2)) return false;
        AddedZone zone;
        std::string reason;
        if (!zoneparser::parse_name(words[1], zone.name, reason)) return false;
        std::string key = folded(zone.name);
        auto found = places_.find(key);
        if (!adds) {
            if (found == places_.end()) return true;
            gone_[found->second] = true;
            places_.erase(found);
            return true;
        }
        zone.template_name = words[2];
        zone.file = words[3];
        if (found != places_.end()) gone_[found->second] = true;
        places_[key] = zones_.size();
        zones_.push_back(std::move(zone));
        gone_.push_back(false);
        return true;
    }

    void finish() {
        size_t kept = 0;
        for (size_t i = 0; i < zones_.size(); ++i) {
            if (gone_[i]) continue;
            if (kept != i) zones_[kept] = std::move(zones_[i]);
            ++kept;
        }
        zones_.resize(kept);
    }

  private:
    static std::string folded(const dns::Name& name) {
        std::string octets(name.size(), 0);
        dns::lower_copy(reinterpret_cast<uint8_t*>(octets.data()), name.data(), name.size());
        return octets;
    }
    std::vector<AddedZone>& zones_;
    std::vector<bool> gone_;
    std::unordered_map<std::string, size_t> places_;
};

}  // namespace

dns::Result<std::unique_ptr<AddedZones>> AddedZones::open(const std::string& folder,
                                                          std::vector<AddedZone>& zones) {
    std::string path = folder + "/" + kName;
    std::unique_ptr<AddedZones> list(new AddedZones(path));
    auto text = read_stream(path, kMostOctets);
    if (!text.ok()) {
        struct stat status;
        if (::stat(path.c_str(), &status) != 0 && errno == ENOENT) return list;
        return dns::Fault{"cannot read '" + path + "': " + text.fault().sentence};
    }
    Lines lines(zones);
    std::string_view rest = *text.value();
    for (size_t end; (end = rest.find('\n')) != std::string_view::npos;
         rest.remove_prefix(end + 1)) {
        ++list->lines_;
        if (!lines.take(rest.substr(0, end)))
            return dns::Fault{"'" + path + "' has a line that cannot be read: line " +
                              std::to_string(list->lines_) + "; correct or remove it"};
    }
    lines.finish();
    list->live_ = zones.size();
    list->size_ = text.value()->size() - rest.size();
    if (!rest.empty() && ::truncate(path.c_str(), static_cast<off_t>(list->size_)) != 0)
        return dns::Fault{"cannot write '" + path + "': " + system_fault(errno).sentence};
    return list;
}

dns::Result<void> AddedZones::open_for_lines() {
    if (file_ != nullptr) return {};
    auto file = std::make_unique<Descriptor>(
        ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (!file->open()) return system_fault(errno);
    if (::ftruncate(file->number(), static_cast<off_t>(size_)) != 0) return system_fault(errno);
    // The name of a new file must be as durable as its lines.
    if (size_ == 0)
        if (auto synced = sync_folder_of(path_); !synced.ok()) return synced;
    file_ = std::move(file);
    return {};
}

dns::Result<void> AddedZones::append(const std::string& line) {
    auto written = open_for_lines();
    if (written.ok()) written = write_all(file_->number(), line);
    if (written.ok() && ::fdatasync(file_->number()) != 0) written = system_fault(errno);
    if (written.ok()) {
        size_ += line.size();
        ++lines_;
        return {};
    }
    // Part of a line may stand there now, or all of it without anybody knowing.
    std::string sentence = "cannot write '" + path_ + "': " + written.fault().sentence;
    if (file_ != nullptr && ::ftruncate(file_->number(), static_cast<off_t>(size_)) != 0)
        sentence += "; what was written of it cannot be taken away";
    file_.reset();  // opened anew, its size is set right again
    return dns::Fault{sentence};
}

dns::Result<void> AddedZones::add(const AddedZone& zone) {
    for (const std::string& text : {zone.template_name, zone.file})
        if (text.find_first_of(std::string_view("\n\t\0", 3)) != std::string::npos)
            return dns::Fault{"a name with a tab, a line end or a NUL cannot be kept"};
    auto added = append(add_line(zone));
    if (added.ok()) ++live_;
    return added;
}

dns::Result<void> AddedZones::remove(const dns::Name& name) {
    auto removed = append("remove\t" + dns::to_text(name) + "\n");
    if (removed.ok() && live_ > 0) --live_;
    return removed;
}

dns::Result<void> AddedZones::rewrite(
    const dns::Files& files,
    const std::function<void(const std::function<void(const AddedZone&)>&)>& for_each_zone) {
    std::string text;
    size_t lines = 0;
    for_each_zone([&](const AddedZone& zone) {
        text += add_line(zone);
        ++lines;
    });
    auto written = files.write_whole(path_, text);
    if (!written.ok())
        return dns::Fault{"cannot write '" + path_ + "': " + written.fault().sentence};
    file_.reset();
    size_ = text.size();
    lines_ = live_ = lines;
    return {};
}

}  // namespace server
