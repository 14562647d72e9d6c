; A call that traps after each of its instructions, and the touch of a page in between, in 32-bit
; code. Used by src/stage/stepping32.c alone.
;
; uint32_t step_run(void (*function)(void), const uint32_t argument[4])
;   Calls the function with these arguments; what it gives back is handed on. SDM 3A, "Single-Step
;   Exception Condition": with EFLAGS.TF set, #DB follows each instruction but the one that set it,
;   so the first comes behind the call and the last at step_end, where the handler clears TF.
;
; uint32_t step_touch(uint32_t va, uint32_t write)
;   Reads the word at va; with `write`, writes it back first. When that faults the handler of
;   stepping32.c resumes at step_touch_faulted; the value is then 0.

bits 32
global step_run, step_end
global step_touch, step_touch_read, step_touch_write, step_touch_faulted

EFLAGS_TF equ 1 << 8

section .text
step_run:
    push ebp
    mov ebp, esp
    mov eax, [ebp + 12]
    push dword [eax + 12]
    push dword [eax + 8]
    push dword [eax + 4]
    push dword [eax]
    mov eax, [ebp + 8]
    pushfd
    or dword [esp], EFLAGS_TF
    popfd
    call eax
step_end:
    leave
    ret

step_touch:
    mov ecx, [esp + 4]
    cmp dword [esp + 8], 0
    je step_touch_read
step_touch_write:
    or dword [ecx], 0                     ; writes what is there already
step_touch_read:
    mov eax, [ecx]
    ret
step_touch_faulted:
    xor eax, eax
    ret

section .note.GNU-stack noalloc noexec nowrite progbits
