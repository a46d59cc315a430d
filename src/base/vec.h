/* vec.h: growable arrays in an arena. `VEC(int) v = {0}; vec_push(arena, &v, 7); v.at[0]` */
#ifndef MODELC_VEC_H
#define MODELC_VEC_H

#include "base/arena.h"

#define VEC(type)    \
    struct {         \
        type *at;    \
        size_t n;    \
        size_t cap;  \
    }

#define vec_push(arena, v, item)                                                              \
    do {                                                                                      \
        if ((v)->n == (v)->cap) {                                                             \
            size_t vec_cap_ = (v)->cap ? (v)->cap * 2 : 8;                                    \
            (v)->at = arena_grow((arena), (v)->at, (v)->n * sizeof *(v)->at,                  \
                                 vec_cap_ * sizeof *(v)->at);                                 \
            (v)->cap = vec_cap_;                                                              \
        }                                                                                     \
        (v)->at[(v)->n++] = (item);                                                           \
    } while (0)

#endif
