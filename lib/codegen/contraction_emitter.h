/// A contraction as LLVM IR: blocks of panels of register tiles, each a call of a microkernel.
#pragma once

#include <map>

#include "codegen/frame.h"
#include "codegen/tile.h"

namespace nngc::codegen {

[[nodiscard]] Value* contraction_blocks(Frame& frame, const loop::Kernel& kernel);

class ContractionEmitter {
public:
  ContractionEmitter(Frame& frame, const loop::Kernel& kernel, Value* context);

  /// Blocks [begin, end) of the kernel, where the builder stands.
  void emit(Value* begin, Value* end);

private:
  /// Tiles [first, first + count) have `rows` rows each, the first starting at row `start`.
  struct RowSegment {
    int rows = 1;
    Value* first = nullptr;
    Value* count = nullptr;
    Value* start = nullptr;
  };
  struct Range {
    Value *low, *high;
  };

  void plan_rows();
  void emit_panel(const Values& batch, const Range& tiles, const Range& slivers);
  void emit_sliver(const Values& batch, const Range& tiles, Value* column, int vectors, int tail,
                   Value* left);
  struct Ahead {
    Value *address, *step;
  };
  /// What tile number `index` of the sliver at `column` asks for.
  Ahead next_sliver(Value* column, Value* index);
  /// Whether the whole product is one tile.
  [[nodiscard]] bool one_tile() const;
  llvm::Function* microkernel(int rows, int vectors, int tail, bool dynamic, bool packs);

  Frame& frame_;
  const loop::Kernel& kernel_;
  IrContext& ir_;
  Value* context_;
  Value* packed_ = nullptr;
  Tile tile_;
  int m_, n_;
  std::vector<RowSegment> segments_;
  std::map<std::tuple<int, int, int, bool, bool>, llvm::Function*> microkernels_;

  friend Value* contraction_blocks(Frame& frame, const loop::Kernel& kernel);
  struct Panels {
    bool by_columns = true;
    Value* width = nullptr; ///< in tiles
    Value* count = nullptr;
  };
  static Panels panels(Frame& frame, const loop::Kernel& kernel, const Tile& tile);
};

} // namespace nngc::codegen
