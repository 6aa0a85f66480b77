/**
 * The <a href="https://huggingface.co/docs/safetensors">safetensors</a> format: eight bytes of
 * header length (little-endian), a JSON header that gives each tensor a type, a shape and a range
 * of the bytes that follow, and those bytes. Reading is lazy and memory-mapped, writing is
 * streamed, atomic and deterministic.
 */
@NullMarked
package dev.pleas.models.safetensors;

import org.jspecify.annotations.NullMarked;
