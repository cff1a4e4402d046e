#include "zoneparser/parser.h"

#include <algorithm>
#include <cstring>

#include "zoneparser/rules_table.h"
#include "zoneparser/run.h"

namespace zoneparser {

namespace {

// Text that $GENERATE may make on its way to one record, on average over a run.
constexpr size_t kGeneratedOctets = 512;

std::string_view without_mark(std::string_view text) {
    constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
    return text.substr(0, kUtf8Mark.size()) == kUtf8Mark ? text.substr(kUtf8Mark.size()) : text;
}

bool is_utf16(std::string_view text) {
    return text.substr(0, 2) == "\xff\xfe" || text.substr(0, 2) == "\xfe\xff";
}

// As octets: what is made from it keeps its case.
bool same_octets(const dns::Name& a, const dns::Name& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string folder_of(std::string_view path) {
    size_t slash = path.rfind('/');
    return slash == path.npos ? std::string() : std::string(path.substr(0, slash + 1));
}

Run::Run(const dns::Files& files, dns::Sources& sources, dns::Findings& findings,
         const ParseOptions& options, const Parser::Prepare& prepare, Progress* progress)
    : files_(files),
      sources_(sources),
      findings_(findings),
      options_(options),
      prepare_(prepare),
      progress_(progress),
      // Zeroing it would cost a small zone dear.
      scratch_(std::make_unique_for_overwrite<Scratch>()),
      workers_(std::max(options.threads, 1u) - 1) {
    budget_.records_left = options.limits.generate_records;
    budget_.octets_left = options.limits.generate_records * kGeneratedOctets;
}

void Run::read_file(const std::string& path, dns::NameView origin) {
    auto reading = std::make_unique<Reading>();
    reading->source = sources_.add({dns::SourceKind::file, path, dns::Place(), nullptr});
    auto file = read_file_text(files_, path);
    if (!file) {
        findings_.report_at(kFileUnreadable, reading->source, 0, 0, {path, file.fault().sentence});
        return;
    }
    reading->file = std::move(*file);
    reading->folder = folder_of(path);
    reading->state.origin = dns::Name(origin);
    zone_.files.emplace_back(path, reading->file.identity);
    std::string_view text = reading->file.text();
    push(std::move(reading), text);
    read_all();
}

void Run::read_text(std::string_view text, const dns::Source& source, dns::NameView origin) {
    auto reading = std::make_unique<Reading>();
    reading->source = sources_.add(source);
    if (source.kind == dns::SourceKind::file) reading->folder = folder_of(source.name);
    reading->state.origin = dns::Name(origin);
    push(std::move(reading), text);
    read_all();
}

ParsedZone Run::finish() {
    flush();
    return std::move(zone_);
}

void Run::push(std::unique_ptr<Reading> reading, std::string_view text) {
    if (is_utf16(text)) {
        findings_.report_at(kNotText, reading->source, 1, 1, {"UTF-16"});
        return;
    }
    octets_known_ += text.size();
    octets_read_ += text.size() - without_mark(text).size();
    text = without_mark(text);
    reading->position = text.data();
    reading->end = text.data() + text.size();
    if (options_.threads > 1 && text.size() > options_.stretch_octets) {
        reading->speculation = std::make_unique<Speculation>(
            text, options_.stretch_octets, reading->source, reading->state, findings_, prepare_);
        workers_.push(*reading->speculation);
    }
    stack_.push_back(std::move(reading));
}

// What outlasts an included file: which TTLs were stated. Origin, owner and $TTL are again what
// they were (RFC 1035 5.1).
void Run::pop() {
    std::unique_ptr<Reading> read = std::move(stack_.back());
    stack_.pop_back();
    if (read->speculation != nullptr) workers_.pop();
    if (!stack_.empty()) stack_.back()->state.inherited = read->state.inherited;
}

void Run::read_all() {
    while (!stack_.empty()) {
        Reading& reading = *stack_.back();
        if (reading.position == reading.end)
            pop();
        else
            step(reading);
    }
}

// Gets on by one stretch, or to the next $INCLUDE.
void Run::step(Reading& reading) {
    const char* from = reading.position;
    if (reading.speculation == nullptr) {
        size_t left = static_cast<size_t>(reading.end - from);
        read_on(reading, from + std::min(left, std::max<size_t>(options_.stretch_octets, 1)));
        return;
    }
    Stretch* stretch = wait_for_stretch(reading);
    if (stretch != nullptr && fits(reading, *stretch)) {
        take_over(reading, *stretch);
        if (reading.position != from) return;
    }
    const char* until;
    {
        std::lock_guard guard(workers_.mutex());
        until = reading.speculation->next_begin(from);
    }
    read_on(reading, until);
    std::lock_guard guard(workers_.mutex());
    // What was supposed behind this point rests on a wrong stretch; what comes is claimed afresh.
    reading.speculation->learn(reading.position, reading.state, stretch != nullptr);
    workers_.wake();
}

// The stretch that begins where the text was read to, when some thread has read it; null if none
// has, or none begins there: then it is for this thread.
Stretch* Run::wait_for_stretch(Reading& reading) {
    std::unique_lock held(workers_.mutex());
    for (;;) {
        Stretch* stretch = reading.speculation->stretch_at(reading.position);
        if (stretch == nullptr) return nullptr;
        switch (stretch->stage) {
            case Stretch::Stage::done:
                return stretch;
            case Stretch::Stage::running:
                workers_.help_or_wait(held, *scratch_);
                break;
            default:
                reading.speculation->drop(*stretch);
                return nullptr;
        }
    }
}

bool Run::fits(const Reading& reading, const Stretch& stretch) const {
    const EntryState& actual = reading.state;
    if (!same_octets(stretch.supposed.origin, actual.origin)) return false;
    if (stretch.supposed.default_ttl != actual.default_ttl) return false;
    return !stretch.ttl_use.inherited || stretch.supposed.inherited == actual.inherited;
}

void Run::take_over(Reading& reading, Stretch& stretch) {
    const char* from = reading.position;
    stretch.batch->line_base = reading.line - 1;
    stretch.findings->move_lines(reading.source, reading.line - 1);
    findings_.take(std::move(*stretch.findings));
    if (stretch.batch->record_count > 0) {
        flush();
        add_batch(std::move(stretch.batch));
    }
    InheritedTtl inherited = reading.state.inherited;
    inherited.follow(stretch.left.inherited, stretch.ttl_use);
    if (stretch.end != stretch.begin) reading.state = stretch.left;
    reading.state.inherited = inherited;
    reading.position = stretch.end;
    reading.line += stretch.lines;
    tell_progress(reading, from);
    std::lock_guard guard(workers_.mutex());
    reading.speculation->learn(reading.position, reading.state, false);
    reading.speculation->drop(stretch);
    workers_.wake();
}

// Reads with this thread, from the actual state.
void Run::read_on(Reading& reading, const char* until) {
    const char* from = reading.position;
    if (batch_ == nullptr) {
        batch_ = std::make_unique<RecordBatch>();
        batch_->octets.reserve(static_cast<size_t>(until - from) * RecordBatch::kOctetsOfText);
    }
    EntrySetting setting{findings_, reading.source, &sources_, &budget_, true,
                         options_.patch ? &zone_.operations : nullptr};
    EntryReader reader(setting, Lexer(from, reading.end, reading.line), reading.state, *batch_,
                       *scratch_);
    EntryReader::End end = reader.read(until);
    reading.position = reader.position();
    reading.line = reader.line();
    tell_progress(reading, from);
    if (batch_->octets.size() >= options_.stretch_octets) flush();
    if (end == EntryReader::End::include) include(reading, reader.include());
}

void Run::flush() {
    if (batch_ == nullptr || batch_->record_count == 0) return;
    if (prepare_) prepare_(*batch_);
    batch_->octets.release_spare();
    add_batch(std::move(batch_));
}

void Run::add_batch(std::unique_ptr<RecordBatch> batch) {
    zone_.record_count += batch->record_count;
    zone_.batches.push_back(std::move(batch));
}

void Run::tell_progress(const Reading& reading, const char* from) {
    octets_read_ += static_cast<size_t>(reading.position - from);
    if (progress_ != nullptr) progress_->parsed(octets_read_, octets_known_);
}

Parser::Parser(const dns::Files& files, dns::Sources& sources, dns::Findings& findings,
               ParseOptions options, Prepare prepare, Progress* progress)
    : files_(files),
      sources_(sources),
      findings_(findings),
      options_(std::move(options)),
      prepare_(std::move(prepare)),
      progress_(progress) {}

ParsedZone Parser::parse_file(const std::string& path, dns::NameView origin) {
    Run run(files_, sources_, findings_, options_, prepare_, progress_);
    run.read_file(path, origin);
    return run.finish();
}

ParsedZone Parser::parse_text(std::string_view text, const dns::Source& source,
                              dns::NameView origin) {
    Run run(files_, sources_, findings_, options_, prepare_, progress_);
    run.read_text(text, source, origin);
    return run.finish();
}

}  // namespace zoneparser
