// Primary contexts, for the entry points that handle them.
#pragma once

namespace standin {

void* retain(int device);
/// False if nobody has retained the context.
bool release(const char* function, int device);
void push(void* context);
void pop();

}  // namespace standin
