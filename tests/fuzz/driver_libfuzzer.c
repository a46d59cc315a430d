/* driver_libfuzzer.c: a target driven by libFuzzer; a complaint ends the run like a crash does. */
#include <stdint.h>
#include <stdlib.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!fuzz_run(data, size, stderr)) abort();
    return 0;
}
