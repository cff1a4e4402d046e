#include "dns/base/place.h"

namespace dns {

uint32_t Sources::add(Source source) {
    std::lock_guard guard(mutex_);
    if (front_count_ + rows_.size() < Place::kMaxSource) 
        rows_.push_back(std::make_unique<Source>(std::move(source)));
    return front_count_ + static_cast<uint32_t>(rows_.size());
}

const Source& Sources::at(uint32_t number) const {
    static const Source nowhere{SourceKind::text, "(nowhere)", Place(), nullptr};
    if (number <= front_count_ && front_count_ > 0) return front_->at(number);
    std::lock_guard guard(mutex_);
    number -= front_count_;
    return number == 0 || number > rows_.size() ? nowhere : *rows_[number - 1];
}

uint32_t Sources::count() const {
    std::lock_guard guard(mutex_);
    return front_count_ + static_cast<uint32_t>(rows_.size());
}

void Sources::keep_text(uint32_t number, std::shared_ptr<const std::string> text) {
    std::lock_guard guard(mutex_);
    if (number <= front_count_) return;
    number -= front_count_;
    if (number <= rows_.size()) rows_[number - 1]->text = std::move(text);
}

}  // namespace dns
