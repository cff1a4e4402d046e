// $INCLUDE: which file is meant, whether it may be read, and the text on the stack.
#include "zoneparser/rules_table.h"
#include "zoneparser/run.h"

namespace zoneparser {

bool Run::report(const dns::Rule& rule, const Reading& at, const IncludeRequest& request,
                 std::initializer_list<std::string_view> words) {
    findings_.report_at(rule, at.source, request.line, request.column, words);
    return false;
}

void Run::include(const Reading& from, const IncludeRequest& request) {
    std::string path;
    if (!may_include(from, request, path)) return;
    auto file = read_file_text(files_, path);
    if (!file) {
        report(kIncludeUnreadable, from, request, {printable(path, 200), file.fault().sentence});
        return;
    }
    for (const auto& outer : stack_) {
        const dns::FileIdentity& identity = outer->file.identity;
        if (identity.inode == 0 || identity.inode != file->identity.inode ||
            identity.device != file->identity.device)
            continue;
        report(kIncludeLoop, from, request, {printable(path, 200)});
        return;
    }
    ++included_;
    auto reading = std::make_unique<Reading>();
    reading->file = std::move(*file);
    reading->folder = folder_of(path);
    reading->source = sources_.add(
        {dns::SourceKind::file, path, {from.source, request.line, request.column}, nullptr});
    reading->state = from.state;
    reading->state.origin = request.origin;
    zone_.files.emplace_back(path, reading->file.identity);
    std::string_view text = reading->file.text();
    push(std::move(reading), text);
}

bool Run::may_include(const Reading& from, const IncludeRequest& request, std::string& path) {
    std::string shown = printable(request.file, 200);
    if (!options_.allow_include) return report(kIncludeDisabled, from, request, {shown});
    if (stack_.size() > options_.limits.include_depth)
        return report(kIncludeDepth, from, request,
                      {shown, std::to_string(options_.limits.include_depth)});
    if (included_ >= options_.limits.include_files)
        return report(kIncludeLimit, from, request,
                      {shown, std::to_string(options_.limits.include_files)});
    path = request.file[0] == '/' ? request.file : from.folder + request.file;
    if (options_.include_folder.empty()) return true;

    // Links and ".." are resolved on both sides before they are compared.
    auto folder = files_.real_path(options_.include_folder);
    if (!folder)
        return report(kIncludeUnreadable, from, request,
                      {printable(options_.include_folder, 200), folder.fault().sentence});
    auto real = files_.real_path(path);
    if (!real)
        return report(kIncludeUnreadable, from, request,
                      {printable(path, 200), real.fault().sentence});
    std::string inside = *folder;
    if (inside.empty() || inside.back() != '/') inside += '/';
    if (real->compare(0, inside.size(), inside) != 0)
        return report(kIncludeOutside, from, request,
                      {shown, printable(options_.include_folder, 200)});
    path = *real;
    return true;
}

}  // namespace zoneparser
