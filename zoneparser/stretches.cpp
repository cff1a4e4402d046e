#include "zoneparser/stretches.h"

#include <algorithm>
#include <cstring>

namespace zoneparser {

namespace {

const char* find_octet(const char* at, const char* end, char octet) {
    const void* found = std::memchr(at, octet, static_cast<size_t>(end - at));
    return found != nullptr ? static_cast<const char*>(found) : end;
}

// Blank lines, continuations, comments and directives need what stands before them.
bool begins_record(char octet) {
    return std::string_view(" \t\r\n()\";$").find(octet) == std::string_view::npos && octet != 0;
}

}  // namespace

std::vector<const char*> stretch_begins(std::string_view text, size_t octets) {
    const char* begin = text.data();
    const char* end = begin + text.size();
    std::vector<const char*> begins{begin};
    octets = std::max<size_t>(octets, 1);
    while (static_cast<size_t>(end - begins.back()) > octets) {
        const char* at = begins.back() + octets;
        do {
            at = find_octet(at, end, '\n');
            at += at != end;
        } while (at != end && !begins_record(*at));
        if (at == end) break;
        begins.push_back(at);
    }
    return begins;
}

Speculation::Speculation(std::string_view text, size_t octets, uint32_t source,
                         const EntryState& first, const dns::Findings& findings,
                         const Parser::Prepare& prepare)
    : text_begin_(text.data()),
      text_end_(text.data() + text.size()),
      source_(source),
      findings_(findings),
      prepare_(prepare),
      supposed_(first),
      supposed_at_(text.data()) {
    std::vector<const char*> begins = stretch_begins(text, octets);
    stretches_.resize(begins.size());
    for (size_t i = 0; i < begins.size(); ++i) {
        stretches_[i].begin = begins[i];
        stretches_[i].until = i + 1 < begins.size() ? begins[i + 1] : text_end_;
    }
    // The first is never speculated about: all is known there.
    stretches_[0].stage = Stretch::Stage::dropped;
    next_to_claim_ = 1;
}

Stretch* Speculation::claim() {
    if (inherited_needed_ && !inherited_known_) return nullptr;
    while (next_to_claim_ < stretches_.size() &&
           stretches_[next_to_claim_].stage != Stretch::Stage::waiting)
        ++next_to_claim_;
    if (next_to_claim_ == stretches_.size()) return nullptr;
    Stretch& stretch = stretches_[next_to_claim_++];
    scan_ahead(stretch.begin);
    stretch.supposed = supposed_;
    stretch.inherited_known = inherited_known_;
    stretch.stage = Stretch::Stage::running;
    ++running_;
    return &stretch;
}

void Speculation::read(Stretch& stretch, Scratch& scratch) const {
    // Short enough to notice soon that nobody wants the result any more.
    constexpr std::ptrdiff_t kLeg = 1 << 16;
    stretch.findings = std::make_unique<dns::Findings>(findings_.severities(), findings_.limits());
    stretch.batch = std::make_unique<RecordBatch>();
    stretch.batch->source = source_;
    size_t octets = static_cast<size_t>(stretch.until - stretch.begin);
    stretch.batch->octets.reserve(octets * RecordBatch::kOctetsOfText);
    stretch.left = stretch.supposed;
    EntrySetting setting{*stretch.findings, source_, nullptr, nullptr, stretch.inherited_known};
    EntryReader reader(setting, Lexer(stretch.begin, text_end_, 1), stretch.left, *stretch.batch,
                       scratch);
    EntryReader::End end = EntryReader::End::reached;
    while (end == EntryReader::End::reached && reader.position() < stretch.until &&
           !abandoned_.load(std::memory_order_relaxed)) {
        const char* leg =
            stretch.until - reader.position() > kLeg ? reader.position() + kLeg : stretch.until;
        end = reader.read(leg);
    }
    stretch.end = reader.position();
    stretch.lines = reader.line() - 1;
    stretch.ttl_use = reader.ttl_use();
    stretch.needs_ttl = end == EntryReader::End::needs_ttl;
    if (prepare_ && stretch.batch->record_count > 0) prepare_(*stretch.batch);
    stretch.batch->octets.release_spare();
}

void Speculation::finished(Stretch& stretch) {
    --running_;
    if (stretch.stage == Stretch::Stage::running)
        stretch.stage = Stretch::Stage::done;
    else
        stretch.batch.reset();
    inherited_needed_ |= stretch.needs_ttl;
}

Stretch* Speculation::stretch_at(const char* at) {
    for (; next_to_take_ < stretches_.size() && stretches_[next_to_take_].begin < at;
         ++next_to_take_)
        drop(stretches_[next_to_take_]);
    if (next_to_take_ == stretches_.size() || stretches_[next_to_take_].begin != at) return nullptr;
    return &stretches_[next_to_take_];
}

void Speculation::drop(Stretch& stretch) {
    // While a thread still writes to the batch, it is that thread that frees it: see finished().
    if (stretch.stage != Stretch::Stage::running) stretch.batch.reset();
    stretch.stage = Stretch::Stage::dropped;
}

const char* Speculation::next_begin(const char* at) {
    size_t next = next_to_take_;
    while (next < stretches_.size() && stretches_[next].begin <= at) ++next;
    return next < stretches_.size() ? stretches_[next].begin : text_end_;
}

void Speculation::learn(const char* at, const EntryState& actual, bool again) {
    inherited_known_ = true;
    supposed_.inherited = actual.inherited;
    if (at < supposed_at_ && !again) return;
    supposed_ = actual;
    supposed_at_ = at;
}

// Follows $ORIGIN and $TTL up to `to`, as far as lines that begin with a dollar sign tell.
void Speculation::scan_ahead(const char* to) {
    for (const char* at = supposed_at_; at < to;) {
        at = find_octet(at, to, '$');
        if (at == to) break;
        if (at != text_begin_ && at[-1] != '\n') {
            ++at;
            continue;
        }
        const char* line_end = find_octet(at, to, '\n');
        scan_directive(at, line_end);
        at = line_end;
    }
    supposed_at_ = std::max(supposed_at_, to);
}

void Speculation::scan_directive(const char* at, const char* line_end) {
    Lexer lexer(at, line_end, 1);
    if (!lexer.next(directive_, line_end) || directive_.fault != LexicalFault::none ||
        directive_.tokens.size() != 2)
        return;
    std::string reason;
    uint8_t name[dns::kMaxName];
    std::string_view keyword = directive_.tokens[0].text();
    if (equal_word(keyword, "$ORIGIN")) {
        if (size_t size = parse_name(directive_.tokens[1], supposed_.origin, name, reason))
            supposed_.origin = dns::Name(dns::NameView(name, size));
    } else if (equal_word(keyword, "$TTL")) {
        uint32_t seconds;
        if (parse_period(directive_.tokens[1].text(), seconds) && seconds <= kMaxTtl)
            supposed_.default_ttl = {true, seconds};
    }
}

Workers::~Workers() {
    {
        std::lock_guard guard(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void Workers::push(Speculation& speculation) {
    {
        std::lock_guard guard(mutex_);
        texts_.push_back(&speculation);
    }
    while (threads_.size() < wanted_) threads_.emplace_back([this] { work(); });
    changed_.notify_all();
}

void Workers::pop() {
    std::unique_lock held(mutex_);
    Speculation* speculation = texts_.back();
    texts_.pop_back();
    speculation->abandon();
    changed_.wait(held, [&] { return !speculation->running(); });
}

Stretch* Workers::claim(Speculation*& from) {
    for (size_t i = texts_.size(); i-- > 0;) {
        from = texts_[i];
        if (Stretch* stretch = from->claim()) return stretch;
    }
    return nullptr;
}

void Workers::work() {
    auto scratch = std::make_unique_for_overwrite<Scratch>();
    std::unique_lock held(mutex_);
    for (;;) {
        Speculation* from = nullptr;
        Stretch* stretch = nullptr;
        changed_.wait(held, [&] { return stop_ || (stretch = claim(from)) != nullptr; });
        // What was claimed is read even when all is about to stop, or it would stay "running".
        if (stretch == nullptr) return;
        held.unlock();
        from->read(*stretch, *scratch);
        held.lock();
        from->finished(*stretch);
        changed_.notify_all();
    }
}

void Workers::help_or_wait(std::unique_lock<std::mutex>& held, Scratch& scratch) {
    Speculation* from = nullptr;
    Stretch* stretch = claim(from);
    if (stretch == nullptr) {
        changed_.wait(held);
        return;
    }
    held.unlock();
    from->read(*stretch, scratch);
    held.lock();
    from->finished(*stretch);
    changed_.notify_all();
}

}  // namespace zoneparser
