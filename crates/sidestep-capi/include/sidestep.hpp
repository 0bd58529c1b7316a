// sidestep for C++17: owners that free what they hold, and exceptions in place of statuses. Header only;
// everything else of sidestep.h is used as it is.
//
// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef SIDESTEP_HPP
#define SIDESTEP_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "sidestep.h"

namespace sidestep {

// A call that failed: what() is `place: message`.
class Error : public std::runtime_error {
 public:
  Error(sidestep_status status, const std::string &what)
      : std::runtime_error(what), status_(status) {}
  sidestep_status status() const noexcept { return status_; }

 private:
  sidestep_status status_;
};

// Throws if a call failed, and frees its error.
inline void check(sidestep_status status, sidestep_error *error) {
  if (status == SIDESTEP_OK) {
    return;
  }
  std::string what = sidestep_status_name(status);
  if (error != nullptr) {
    what = std::string(sidestep_error_place(error)) + ": " + sidestep_error_message(error);
    sidestep_error_free(error);
  }
  throw Error(status, what);
}

// Calls a function of sidestep.h whose last argument is the place for an error; throws if it failed.
template <typename Function, typename... Arguments>
void call(Function function, Arguments... arguments) {
  sidestep_error *error = nullptr;
  sidestep_status status = function(arguments..., &error);
  check(status, error);
}

template <typename Handle, sidestep_status (*Free)(Handle *)>
struct Deleter {
  void operator()(Handle *handle) const noexcept { (void)Free(handle); }
};

using ConfigHandle = std::unique_ptr<sidestep_config, Deleter<sidestep_config, sidestep_config_free>>;
using EngineHandle = std::unique_ptr<sidestep_engine, Deleter<sidestep_engine, sidestep_engine_free>>;
using ReaderHandle = std::unique_ptr<sidestep_reader, Deleter<sidestep_reader, sidestep_reader_free>>;
using AlertHandle = std::unique_ptr<sidestep_alert, Deleter<sidestep_alert, sidestep_alert_free>>;
using BufferHandle = std::unique_ptr<sidestep_buffer, Deleter<sidestep_buffer, sidestep_buffer_free>>;

// Text as the library takes it; it must outlive the call.
inline sidestep_str str(std::string_view text) noexcept { return {text.data(), text.size()}; }

// Text that the library gave out; it lives as long as what it was asked of.
inline std::string_view view(sidestep_str text) noexcept {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.len);
}

// The bytes of a buffer.
inline std::string_view view(const BufferHandle &buffer) noexcept {
  return {sidestep_buffer_data(buffer.get()), sidestep_buffer_len(buffer.get())};
}

// An event of which nothing is known yet.
inline sidestep_event event() {
  sidestep_event event;
  call(sidestep_event_init, &event, sizeof event);
  return event;
}

class Config {
 public:
  Config() {
    sidestep_config *config = nullptr;
    call(sidestep_config_new, &config);
    handle_.reset(config);
  }
  Config &set(std::uint32_t setting, double value) {
    call(sidestep_config_set, handle_.get(), setting, value);
    return *this;
  }
  const sidestep_config *get() const noexcept { return handle_.get(); }

 private:
  ConfigHandle handle_;
};

class Alert {
 public:
  explicit Alert(sidestep_alert *alert) noexcept : handle_(alert) {}
  sidestep_alert_view view() const {
    sidestep_alert_view view;
    view.struct_size = sizeof view;
    call(sidestep_alert_get, get(), &view);
    return view;
  }
  std::string text(std::uint32_t format = SIDESTEP_EMIT_JSON) const {
    sidestep_buffer *text = nullptr;
    call(sidestep_alert_write, get(), format, &text);
    return std::string(sidestep::view(BufferHandle(text)));
  }
  const sidestep_alert *get() const noexcept { return handle_.get(); }
  explicit operator bool() const noexcept { return handle_ != nullptr; }

 private:
  AlertHandle handle_;
};

class Engine {
 public:
  Engine() : Engine(nullptr) {}
  explicit Engine(const Config &config) : Engine(config.get()) {}
  static Engine load(std::string_view state) {
    sidestep_engine *engine = nullptr;
    call(sidestep_engine_load, reinterpret_cast<const std::uint8_t *>(state.data()), state.size(),
         &engine);
    return Engine(EngineHandle(engine));
  }
  std::string save() const {
    sidestep_buffer *state = nullptr;
    call(sidestep_engine_save, handle(), &state);
    return std::string(view(BufferHandle(state)));
  }
  void learn(const sidestep_event &event) { call(sidestep_engine_learn, get(), &event); }
  void process(const sidestep_event &event) { call(sidestep_engine_process, get(), &event); }
  sidestep_score score(const sidestep_event &event) const {
    sidestep_score score;
    call(sidestep_engine_score, handle(), &event, &score);
    return score;
  }
  void finish() { call(sidestep_engine_finish, get()); }
  // Delivers what detections found and no alert showed.
  void held_back() { call(sidestep_engine_held_back, get()); }
  // The next alert that waits; none is false.
  Alert next_alert() {
    sidestep_alert *alert = nullptr;
    call(sidestep_engine_next_alert, get(), &alert);
    return Alert(alert);
  }
  sidestep_metrics metrics() const {
    sidestep_metrics metrics;
    metrics.struct_size = sizeof metrics;
    call(sidestep_engine_metrics, handle(), &metrics);
    return metrics;
  }
  sidestep_engine *get() noexcept { return handle_.get(); }

 private:
  explicit Engine(const sidestep_config *config) {
    sidestep_engine *engine = nullptr;
    call(sidestep_engine_new, config, &engine);
    handle_.reset(engine);
  }
  explicit Engine(EngineHandle handle) noexcept : handle_(std::move(handle)) {}
  const sidestep_engine *handle() const noexcept { return handle_.get(); }
  EngineHandle handle_;
};

class Reader {
 public:
  Reader() {
    sidestep_reader *reader = nullptr;
    call(sidestep_reader_new, &reader);
    handle_.reset(reader);
  }
  Reader &set(std::uint32_t option, std::string_view value) {
    call(sidestep_reader_set, get(), option, str(value));
    return *this;
  }
  // Has the engine process a log that is in memory; `place` is what errors call it.
  void process(std::string_view log, std::string_view place, Engine &engine) {
    sidestep_input input = {};
    input.struct_size = sizeof input;
    input.place = str(place);
    input.bytes = reinterpret_cast<const std::uint8_t *>(log.data());
    input.len = log.size();
    call(sidestep_reader_process, get(), static_cast<const sidestep_input *>(&input), engine.get());
  }
  sidestep_reader *get() noexcept { return handle_.get(); }

 private:
  ReaderHandle handle_;
};

}  // namespace sidestep

#endif  // SIDESTEP_HPP
