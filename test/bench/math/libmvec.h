/// The vector functions of glibc's libmvec on whole arrays. They judge ours; nngc itself uses none
/// of them.
#pragma once

#include <cstddef>
#include <string>

namespace nngc::bench {

/// to[i] = f(from[i]), `count` a multiple of 16. T is float or double.
template <class T> using OnArray = void (*)(T* to, const T* from, std::size_t count);

/// exp, log, tanh, erf, sin, cos as they are; logistic and gelu made of exp and erf. With vectors
/// as wide as nngc's on this machine; null where there is no libmvec or no AVX2.
template <class T> [[nodiscard]] OnArray<T> libmvec(const std::string& function);
template <> OnArray<float> libmvec<float>(const std::string&);
template <> OnArray<double> libmvec<double>(const std::string&);

} // namespace nngc::bench
